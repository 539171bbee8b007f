import { type Tick, tickSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import type { LogRecord, NewRecord } from '../log/log.ts';

/** Marks a record as a tick: "this writer will send nothing older than `time`". */
export const TICK_HEADER = 'ebb-tick';
/** On a record older than its writer's watermark: that watermark, int64 big endian. Lateness is judged by it, not by how partitions interleave. */
export const BEHIND_HEADER = 'ebb-behind';
/** The writer of ticks that the runner appends for idle partitions. */
export const IDLE_WRITER = 'ebb.idle';
/** Before anything is known: the time of a first tick that only announces a writer. */
export const BEGINNING = -8.64e15;

const MARK = { [TICK_HEADER]: Buffer.alloc(0) };

export interface TickCodec {
  record(tick: Tick): NewRecord;
  /** @throws AvroError */
  decode(value: Buffer): Tick;
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  /** The ticks among records, in their order. @throws AvroError */
  among(records: readonly LogRecord[]): Promise<readonly Tick[]>;
}

/** Ticks of the topic with this name on the log. Their schema has a subject of its own beside the topic's values. */
export async function tickCodec(registry: Registry, topic: string): Promise<TickCodec> {
  const serde = await openSerde<Tick>(registry, `${topic}-ebb.Tick`, tickSchema);
  return {
    record: (tick) => ({
      key: Buffer.from(`ebb.tick/${tick.writer}/${tick.from}`),
      value: serde.encode(tick),
      headers: MARK,
    }),
    decode: (value) => serde.decode(value),
    prepare: (values) => serde.prepare(values),
    async among(records) {
      const values = records.filter(isTick).flatMap(({ value }) => value ?? []);
      await serde.prepare(values);
      return values.map((value) => serde.decode(value));
    },
  };
}

export function isTick(record: NewRecord): boolean {
  return record.headers !== undefined && record.headers[TICK_HEADER] !== undefined;
}

export function behindHeader(watermark: number): Record<string, Buffer> {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(watermark));
  return { [BEHIND_HEADER]: bytes };
}

/** The watermark that a record was behind in its writer, or -Infinity. */
export function behindOf(record: LogRecord): number {
  const bytes = record.headers?.[BEHIND_HEADER];
  return bytes === undefined || bytes.length !== 8 ? Number.NEGATIVE_INFINITY : Number(bytes.readBigInt64BE());
}
