import type { Broadcast, BroadcastOptions } from './keep.ts';

interface Version<T> {
  readonly time: number;
  readonly value: T;
}

/** All versions of each key of a broadcast topic, by the event time from which they hold. */
export class BroadcastTable<T> implements Broadcast<T> {
  readonly latest = new Map<string, T>();
  /** The last moment of which nothing will change any more, ms. */
  known = Number.POSITIVE_INFINITY;
  changes = 0;
  readonly #topic: string;
  #options: BroadcastOptions<T> = {};
  readonly #versions = new Map<string, Version<T>[]>();

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** As a topology wants it. */
  keeping(options: BroadcastOptions<T>): this {
    this.#options = options;
    return this;
  }

  at(key: string, time: number): T | undefined {
    if (time > this.known) {
      throw new RangeError(
        `it asks ${this.#topic} what holds at ${time}, of which only what holds up to ${this.known} is known: the answer would depend on who is faster. Take records in order of time (\`ordered\`, a window) or ask in an alarm; those wait`,
      );
    }
    return this.#versions.get(key)?.findLast((version) => version.time <= time)?.value;
  }

  put(key: string, time: number, value: T): void {
    const versions = this.#versions.get(key) ?? [];
    let at = versions.length;
    while (at > 0 && (versions[at - 1]?.time ?? 0) > time) at--;
    if (versions[at - 1]?.time === time) versions[at - 1] = { time, value };
    else versions.splice(at, 0, { time, value });
    this.#versions.set(key, versions);
    const newest = versions.at(-1);
    if (newest !== undefined) this.latest.set(key, newest.value);
    this.changes++;
  }

  delete(key: string): void {
    this.#drop(key);
    this.changes++;
  }

  /** Drops what nobody will ask for any more. @param watermark of the task, ms */
  forget(watermark: number): void {
    const keys = this.#options.forget?.(this.latest, watermark) ?? [];
    for (const key of [...keys]) this.#drop(key);
  }

  #drop(key: string): void {
    this.#versions.delete(key);
    this.latest.delete(key);
  }
}
