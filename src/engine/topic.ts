import type { Schema } from 'avsc';

/** A typed topic: what its records are, which key they go under and when they happened. Names are within a shop: `<shop>.<name>` on the log. */
export interface Topic<T> {
  readonly name: string;
  /** An Avro record schema. Its attribute `eventTime` names the field that holds the event time. */
  readonly schema: RecordSchema;
  /** Records of one key share a partition; `null` goes to partition 0. */
  key(value: T): string | null;
  /** Event time, UTC epoch milliseconds; NaN where the value holds none. */
  time(value: T): number;
  readonly cleanup: 'delete' | 'compact';
  /** Whether topologies window over it, so that its writers tick. Topics meant only for the outside carry no ticks. */
  readonly ticked: boolean;
  /**
   * Milliseconds by which records may come out of order, for a topic that outsiders write (they do not tick): its
   * watermark is the greatest event time minus this. `undefined`: only writers that tick write here.
   */
  readonly disorder: number | undefined;
}

/** An Avro record schema, as JSON; `eventTime` names the field that says when a record happened (UTC epoch milliseconds). */
export type RecordSchema = Schema & {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly eventTime?: string;
};

/** What declares a topic: its schema, the key of a value, and who writes it. */
export interface TopicOptions<T> {
  readonly name: string;
  readonly schema: unknown;
  readonly key: (value: T) => string | null;
  readonly cleanup?: 'delete' | 'compact';
  readonly ticked?: boolean;
  readonly disorder?: number;
}

/** Declares a topic. @throws TypeError when the schema is not a record */
export function topic<T extends object>(options: TopicOptions<T>): Topic<T> {
  const schema = options.schema as RecordSchema;
  if (schema?.type !== 'record' || typeof schema.name !== 'string') {
    throw new TypeError(`topic ${options.name}: its schema must be an Avro record`);
  }
  const field = schema.eventTime;
  const timeOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
  return {
    name: options.name,
    schema,
    key: options.key,
    time: field === undefined ? () => Number.NaN : (value) => timeOf((value as Record<string, unknown>)[field]),
    cleanup: options.cleanup ?? 'delete',
    ticked: options.ticked ?? false,
    disorder: options.disorder,
  };
}

/** Which version of a topic its readers read, by the topic's name, where that is not `v1`. */
export type TopicVersions = ReadonlyMap<string, string>;

/** `<shop>.<name>`, or `<shop>.<name>.<version>` from the second version of a topology on. */
export function physicalName(shop: string, name: string, version = 'v1'): string {
  return version === 'v1' ? `${shop}.${name}` : `${shop}.${name}.${version}`;
}
