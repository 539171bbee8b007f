import { type TickCodec, tickCodec } from '../../engine/tick.ts';
import { InputWatermark } from '../../engine/watermark.ts';
import type { Log } from '../../log/log.ts';
import type { Workplace } from '../workplace.ts';

/** How far a shop's events have come. */
export interface ShopTime {
  /** Of the partition that is furthest: no topology that reads them has come further. UTC epoch ms; -Infinity before the first tick. */
  readonly watermark: number;
  /** They have ended with that. */
  readonly closed: boolean;
}

/** A shop's clock, which is what the ticks of its events say; nobody who computes anything of them is ahead of it. */
export class ShopClock {
  readonly #log: Log;
  readonly #topic: string;
  readonly #ticks: TickCodec;
  readonly #watermarks: readonly InputWatermark[];
  readonly #next: number[];

  private constructor(log: Log, topic: string, ticks: TickCodec, partitions: number) {
    this.#log = log;
    this.#topic = topic;
    this.#ticks = ticks;
    this.#watermarks = Array.from({ length: partitions }, () => new InputWatermark(topic, undefined));
    this.#next = this.#watermarks.map(() => 0);
  }

  /** @param topic of events, name on the log; it must be there @throws LogError, AvroError */
  static async open({ log, registry }: Pick<Workplace, 'log' | 'registry'>, topic: string): Promise<ShopClock> {
    const partitions = (await log.topics()).find(({ name }) => name === topic)?.partitions ?? 0;
    return new ShopClock(log, topic, await tickCodec(registry, topic), partitions);
  }

  /** What it says now. Reads what has come since it was last looked at. @throws LogError, AvroError */
  async look(): Promise<ShopTime> {
    for (const [partition, watermark] of this.#watermarks.entries()) {
      const from = { offset: this.#next[partition] ?? 0 };
      for await (const { records, next } of this.#log.read({ topic: this.#topic, partition, from, to: 'end' })) {
        for (const tick of await this.#ticks.among(records)) watermark.tick(tick);
        this.#next[partition] = next;
      }
    }
    return {
      watermark: Math.max(...this.#watermarks.map(({ value }) => value)),
      closed: this.#watermarks.every(({ closed }) => closed),
    };
  }
}
