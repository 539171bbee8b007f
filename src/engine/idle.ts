import { AvroError } from '../avro/error.ts';
import type { Log } from '../log/log.ts';
import type { PlannedInput } from './plan.ts';
import { IDLE_WRITER, isTick } from './tick.ts';

/** How many of a sibling's newest records are looked at. */
const TAIL = 200;

/**
 * An outsider's partition that is idle holds everything back. Appends a tick to it that carries the greatest watermark of
 * its siblings (never the wall clock), to the topic itself, so that reprocessing sees it too. Does nothing when no sibling
 * is ahead.
 */
export async function appendIdleTick(
  log: Log,
  input: PlannedInput,
  partition: number,
  watermark: number,
): Promise<void> {
  const { topic, physical, ticks } = input;
  if (topic.disorder === undefined || ticks === undefined) return;
  const info = (await log.topics()).find(({ name }) => name === physical);
  if (info === undefined) return;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const [sibling, { start, end }] of info.offsets.entries()) {
    if (sibling === partition || end === start) continue;
    for await (const { records } of log.read({
      topic: physical,
      partition: sibling,
      from: { offset: Math.max(start, end - TAIL) },
      to: 'end',
    })) {
      await input.serde.prepare(records.map(({ value }) => value));
      for (const record of records)
        if (record.value !== null && !isTick(record))
          greatest = Math.max(greatest, timeOf(input, record.value) - topic.disorder);
    }
  }
  if (!(greatest > watermark)) return;
  await log.append([
    {
      topic: physical,
      partition,
      records: [ticks.record({ writer: IDLE_WRITER, from: 0, of: 1, time: greatest, closed: false })],
    },
  ]);
}

/** Event time of a record; -Infinity when it will be a dead letter and tells no time. */
function timeOf({ serde, topic }: PlannedInput, value: Buffer): number {
  try {
    const time = topic.time(serde.decode(value));
    return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  } catch (error) {
    if (error instanceof AvroError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}
