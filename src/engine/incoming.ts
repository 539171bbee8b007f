import { AvroError } from '../avro/error.ts';
import type { LogRecord } from '../log/log.ts';
import type { DecodedBatch } from './decoded-batch.ts';
import type { Message, Origin } from './message.ts';
import type { PlannedInput } from './plan.ts';
import { BEGINNING, behindOf } from './tick.ts';
import type { InputWatermark } from './watermark.ts';

export interface Incoming extends PlannedInput {
  readonly watermark: InputWatermark;
}

/** Where a record comes from, judged by its own writer's watermark. */
export function originOfRecord({ physical, watermark }: Incoming, partition: number, record: LogRecord): Origin {
  const reached = record.headers === undefined ? watermark.value : Math.max(watermark.value, behindOf(record));
  return new RecordOrigin(physical, partition, reached, record);
}

/** Asks the record for its bytes only when they are wanted, which is where it is refused. */
class RecordOrigin implements Origin {
  readonly topic: string;
  readonly partition: number;
  readonly watermark: number;
  readonly #record: LogRecord;

  constructor(topic: string, partition: number, watermark: number, record: LogRecord) {
    this.topic = topic;
    this.partition = partition;
    this.watermark = watermark;
    this.#record = record;
  }

  get offset(): number {
    return this.#record.offset;
  }

  get key(): Buffer | null {
    return this.#record.key;
  }

  get value(): Buffer | null {
    return this.#record.value;
  }
}

/** The record at `index` of a batch as a message; `undefined` when it was refused. Hot path. */
export function messageOf(
  { topic, watermark, isTable }: Incoming,
  batch: DecodedBatch,
  index: number,
  origin: Origin,
  refuse: (origin: Origin, code: string, reason: string) => void,
): Message<unknown> | undefined {
  let value: unknown;
  try {
    value = batch.value(index);
  } catch (error) {
    if (!(error instanceof AvroError)) throw error;
    refuse(origin, error.code, error.message);
    return undefined;
  }
  if (value === null && !isTable) {
    refuse(origin, 'TOMBSTONE', 'a record without a value; the topology reads this topic as a stream, not as a table');
    return undefined;
  }
  // A tombstone has no event time of its own: it takes effect after everything that came before it.
  const time = value === null ? Math.max(origin.watermark, watermark.greatest, BEGINNING) : topic.time(value);
  if (Number.isNaN(time)) {
    refuse(origin, 'NO_TIME', `field ${topic.schema.eventTime ?? '(none named)'} holds no event time`);
    return undefined;
  }
  return { key: batch.key(index), value, time, origin };
}

/** Moves the input's watermark by the tick at `index` of a batch, unless it is refused; false where there is none. */
export function takeTick(
  { watermark }: Incoming,
  batch: DecodedBatch,
  index: number,
  origin: Origin,
  refuse: (origin: Origin, code: string, reason: string) => void,
): boolean {
  try {
    const tick = batch.tick(index);
    if (tick === undefined) return false;
    watermark.tick(tick);
  } catch (error) {
    if (!(error instanceof AvroError)) throw error;
    refuse(origin, error.code, `tick: ${error.message}`);
  }
  return true;
}
