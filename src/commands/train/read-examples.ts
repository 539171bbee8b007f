import { type ChurnExample, churnExampleSchema } from '../../../schemas/generated.ts';
import type { Registry } from '../../avro/registry.ts';
import { openSerde } from '../../avro/serde.ts';
import { writeFeatures } from '../../churn/examples.ts';
import { type Gathered, RowCollector, type Wanted } from '../../churn/gathered.ts';
import { dayOf } from '../../churn/history.ts';
import { isTick } from '../../engine/tick.ts';
import type { Log, LogRecord } from '../../log/log.ts';
import { followExamples } from './follow-examples.ts';

export interface ReadExamplesOptions {
  /** Name on the log of the topic of examples. */
  readonly topic: string;
  readonly signal: AbortSignal;
  /** Told how many records have been read. */
  readonly onProgress?: (records: number) => void;
}

/** How far the topic of examples goes. */
export interface ExamplesEnd {
  /** The first local day of which there is an example; undefined where there are none. */
  readonly first: number | undefined;
  /** How far examples are complete, UTC epoch ms. */
  readonly watermark: number;
  /** Of the next record, by partition. */
  readonly offsets: readonly number[];
}

/** Looks how far examples go. @throws the signal's reason, LogError, AvroError */
export async function endOfExamples(log: Log, registry: Registry, options: ReadExamplesOptions): Promise<ExamplesEnd> {
  const offsets = (await log.topics()).find(({ name }) => name === options.topic)?.offsets.map(() => 0) ?? [];
  let reached: Pick<ExamplesEnd, 'first' | 'watermark'> = { first: undefined, watermark: Number.NEGATIVE_INFINITY };
  const following = { signal: options.signal, to: 'end' } as const;
  for await (const { partition, next, ...now } of followExamples({ log, registry }, options.topic, following)) {
    offsets[partition] = next;
    reached = now;
  }
  // The log stops reading quietly: a part is not how far they go.
  options.signal.throwIfAborted();
  return { ...reached, offsets };
}

/** The examples of the days wanted, of records before `offsets`. @throws the signal's reason, LogError, AvroError */
export async function readExamples(
  log: Log,
  registry: Registry,
  { onProgress, ...options }: ReadExamplesOptions,
  offsets: readonly number[],
  wanted: Wanted,
): Promise<Gathered> {
  const serde = await openSerde<ChurnExample>(registry, `${options.topic}-value`, churnExampleSchema);
  const rows = new RowCollector();
  let read = 0;
  for await (const { partition, records } of log.read({ ...options, from: 'start', to: 'end' })) {
    const before = offsets[partition] ?? 0;
    const values = records.flatMap((record) => (record.offset < before ? bytesOf(record) : []));
    await serde.prepare(values);
    for (const value of values) {
      const example = serde.decode(value);
      const kind = example.trigger === 'GRID' ? 'snapshots' : 'purchases';
      const day = dayOf(example.asOf);
      if (!wanted[kind].has(day)) continue;
      rows.add(kind, day, example.customerId, example.label, (into) => writeFeatures(example, into, 0));
    }
    read += values.length;
    onProgress?.(read);
  }
  options.signal.throwIfAborted();
  return rows;
}

function bytesOf(record: LogRecord): readonly Buffer[] {
  return record.value === null || isTick(record) ? [] : [record.value];
}
