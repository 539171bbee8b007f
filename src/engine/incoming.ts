import { AvroError } from '../avro/error.ts';
import type { LogRecord } from '../log/log.ts';
import type { Message, Origin } from './message.ts';
import type { PlannedInput } from './plan.ts';
import { BEGINNING, behindOf } from './tick.ts';
import type { InputWatermark } from './watermark.ts';

export interface Incoming extends PlannedInput {
  readonly watermark: InputWatermark;
}

/** Where a record comes from, judged by its own writer's watermark. */
export function originOfRecord({ physical, watermark }: Incoming, partition: number, record: LogRecord): Origin {
  const { offset, headers, key, value } = record;
  const reached = headers === undefined ? watermark.value : Math.max(watermark.value, behindOf(record));
  return { topic: physical, partition, offset, watermark: reached, key, value };
}

/** The record as a message; `undefined` when it was refused. Hot path. */
export function messageOf(
  input: Incoming,
  origin: Origin,
  refuse: (origin: Origin, code: string, reason: string) => void,
): Message<unknown> | undefined {
  const { key, value } = origin;
  const { topic, watermark } = input;
  let decoded: unknown = null;
  if (value !== null) {
    try {
      decoded = input.serde.decode(value);
    } catch (error) {
      if (!(error instanceof AvroError)) throw error;
      refuse(origin, error.code, error.message);
      return undefined;
    }
  } else if (!input.isTable) {
    refuse(origin, 'TOMBSTONE', 'a record without a value; the topology reads this topic as a stream, not as a table');
    return undefined;
  }
  // A tombstone has no event time of its own: it takes effect after everything that came before it.
  const time = value === null ? Math.max(origin.watermark, watermark.greatest, BEGINNING) : topic.time(decoded);
  if (Number.isNaN(time)) {
    refuse(origin, 'NO_TIME', `field ${topic.schema.eventTime ?? '(none named)'} holds no event time`);
    return undefined;
  }
  return { key: key === null ? null : key.toString(), value: decoded, time, origin };
}
