import { AvroError } from '../avro/error.ts';
import type { Log, Positions } from '../log/log.ts';
import type { DecodedBatch } from './decoded-batch.ts';
import { type Incoming, messageOf, originOfRecord } from './incoming.ts';
import type { Plan, PlannedInput } from './plan.ts';
import { isTick } from './tick.ts';
import { InputWatermark } from './watermark.ts';

/**
 * Where the inputs of a partition number stood at a moment of event time: before the record with which each one's
 * watermark came to `time` (ms), or at its end where it has not come so far. It follows from the log alone.
 */
export async function positionsAt(
  log: Log,
  { inputs }: Plan,
  partition: number,
  time: number,
  signal: AbortSignal,
): Promise<Positions> {
  const positions: Record<string, number> = {};
  for (const input of inputs.values())
    positions[input.physical] = await positionAt(log, input, partition, time, signal);
  return positions;
}

async function positionAt(
  log: Log,
  input: PlannedInput,
  partition: number,
  time: number,
  signal: AbortSignal,
): Promise<number> {
  const { physical: topic, topic: declared, isTable } = input;
  const watermark = new InputWatermark(topic, declared.disorder);
  const incoming: Incoming = { ...input, watermark };
  const observed = declared.disorder !== undefined || isTable;
  let position = 0;
  for await (const batch of log.read({ topic, partition, from: 'start', to: 'end', signal })) {
    const decoded = input.decoded(batch.records);
    await decoded.prepare();
    for (const [index, record] of batch.records.entries()) {
      if (isTick(record)) {
        const tick = tickOf(decoded, index);
        if (tick !== undefined) watermark.tick(tick);
      } else if (observed) {
        const message = messageOf(incoming, decoded, index, originOfRecord(incoming, partition, record), () => {});
        if (message !== undefined) watermark.observe(message.time);
      }
      if (watermark.value >= time) return record.offset;
    }
    position = batch.next;
  }
  return position;
}

/** A tick that does not decode is a dead letter, and moves nothing. */
function tickOf(batch: DecodedBatch, index: number): ReturnType<DecodedBatch['tick']> {
  try {
    return batch.tick(index);
  } catch (error) {
    if (error instanceof AvroError) return undefined;
    throw error;
  }
}
