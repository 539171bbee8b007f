import type { TickCodec } from '../../../src/engine/tick.ts';
import type { Log } from '../../../src/log/log.ts';
import type { PostedTick } from './clock.ts';

/** Records that are looked at first; then twice as many, and so on. */
const TAIL = 10_000;

/** The writer's last tick, by the newest records of a partition: it ticks behind everything that it writes. */
export async function lastTick(
  log: Log,
  ticks: TickCodec,
  topic: string,
  writer: string,
): Promise<PostedTick | undefined> {
  const { start = 0, end = 0 } = (await log.topics()).find(({ name }) => name === topic)?.offsets[0] ?? {};
  for (let length = TAIL; ; length *= 2) {
    const offset = Math.max(start, end - length);
    let last: PostedTick | undefined;
    for await (const { records } of log.read({ topic, partition: 0, from: { offset }, to: 'end' }))
      for (const tick of await ticks.among(records)) if (tick.writer === writer) last = tick;
    if (last !== undefined || offset === start) return last;
  }
}
