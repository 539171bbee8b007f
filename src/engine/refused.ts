import { quoted } from '../../schemas/quoted.ts';
import type { NewRecord } from '../log/log.ts';
import type { LateDetails } from './keep.ts';
import type { Message, Origin } from './message.ts';
import type { Plan } from './plan.ts';

/** A record for `<topology>.late`: what refused it and why, and its bytes. */
export function lateRecord(
  { late, topology }: Plan,
  { origin, time }: Message<unknown>,
  { store, key: windowKey, windowStart, windowEnd, watermark, reason: why }: LateDetails,
): NewRecord {
  const { topic, partition, offset } = origin;
  const { key, value, reason } = quoted(Buffer.from(windowKey), origin.value, why);
  return {
    key,
    value: late.serde.encode({
      topology: topology.name,
      store,
      topic,
      partition,
      offset,
      key: key?.toString() ?? '',
      time,
      windowStart: windowStart ?? null,
      windowEnd: windowEnd ?? null,
      watermark,
      reason,
      value,
    }),
  };
}

/** A record for `<topology>.dead`: where it was, what is wrong with it, and its bytes. */
export function deadLetter({ dead, topology }: Plan, origin: Origin, code: string, message: string): NewRecord {
  const { topic, partition, offset } = origin;
  const { key, value, reason } = quoted(origin.key, origin.value, message);
  const letter = { topology: topology.name, topic, partition, offset, code, message: reason, key, value };
  return { key, value: dead.serde.encode(letter) };
}
