import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log/log.ts';
import { OTHERS_OWN_IT } from './caught-up.ts';

/** ms. */
const LOOK_EVERY = 50;

/** How far a topic has been followed by work that one process of all does, if that is us. */
export class Followed {
  readonly #log: Log;
  #since = performance.now();
  #topic: string | undefined;
  /** By partition: offset of the next record, all done that was due before it. */
  #next: readonly number[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  reached(topic: string, next: readonly number[]): void {
    this.#topic = topic;
    this.#next = next;
  }

  /** It is another's turn. */
  left(): void {
    this.#topic = undefined;
    this.#next = [];
    this.#since = performance.now();
  }

  /** Resolves when all has been done here that the topic says now, when it has been another's turn for a while, or when `signal` aborts. @throws LogError */
  async caughtUp(signal: AbortSignal): Promise<void> {
    let ends: readonly number[] | undefined;
    while (!signal.aborted) {
      const topic = this.#topic;
      if (topic === undefined) {
        if (performance.now() - this.#since > OTHERS_OWN_IT) return;
      } else {
        ends ??= await endsOf(this.#log, topic);
        if (ends.every((end, partition) => (this.#next[partition] ?? 0) >= end)) return;
      }
      await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {});
    }
  }
}

/** Offsets of the next records that a topic will get, by partition; none where there is no such topic. @throws LogError */
export async function endsOf(log: Log, topic: string): Promise<readonly number[]> {
  return (await log.topics()).find(({ name }) => name === topic)?.offsets.map(({ end }) => end) ?? [];
}
