import { type TickCodec, tickCodec } from '../../engine/tick.ts';
import { InputWatermark } from '../../engine/watermark.ts';
import type { Workplace } from '../workplace.ts';

/** Offsets at the end of a partition among which its newest tick is looked for. */
const TAIL = 300;

/** Event time up to which topics are known, by name, from the ticks at their ends. A topic in whose tails no tick was found has none. */
export type TopicWatermarks = (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>;

export function openTopicWatermarks({ log, registry }: Pick<Workplace, 'log' | 'registry'>): TopicWatermarks {
  const codecs = new Map<string, TickCodec>();
  const known = new Map<string, InputWatermark>();
  const looked = new Map<string, number>();

  async function codecOf(topic: string): Promise<TickCodec> {
    const codec = codecs.get(topic) ?? (await tickCodec(registry, topic));
    codecs.set(topic, codec);
    return codec;
  }

  async function readTail(topic: string, partition: number, start: number, end: number): Promise<InputWatermark> {
    const at = `${topic}/${partition}`;
    const watermark = known.get(at) ?? new InputWatermark(topic, undefined);
    known.set(at, watermark);
    const from = Math.max(start, end - TAIL, looked.get(at) ?? 0);
    looked.set(at, end);
    if (from >= end) return watermark;
    const codec = await codecOf(topic);
    for await (const { records } of log.read({ topic, partition, from: { offset: from }, to: 'end' }))
      for (const tick of await codec.among(records)) watermark.tick(tick);
    return watermark;
  }

  return async (topics) => {
    const found = new Map<string, number>();
    for (const { name, offsets } of await log.topics()) {
      if (!topics.includes(name)) continue;
      let least = Number.POSITIVE_INFINITY;
      for (const [partition, { start, end }] of offsets.entries())
        least = Math.min(least, (await readTail(name, partition, start, end)).newestTick);
      if (Number.isFinite(least)) found.set(name, least);
    }
    return found;
  };
}
