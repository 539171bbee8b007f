import type { Entry } from './store.ts';

interface Alarm {
  readonly at: number;
  readonly entry: Entry;
}

/**
 * A heap of alarms in (time, store, key) order. An alarm is a field of its entry, `wakeAt`: heap items that no longer
 * agree with it are stale and skipped, so that moving an alarm costs one push.
 */
export class Alarms {
  #heap: Alarm[] = [];
  #live = 0;

  /** Entries that have an alarm. */
  get size(): number {
    return this.#live;
  }

  /** Items in memory, stale ones included. */
  get held(): number {
    return this.#heap.length;
  }

  set(entry: Entry, at: number): void {
    if (entry.wakeAt === at) return;
    if (entry.wakeAt !== Number.POSITIVE_INFINITY) this.#live--;
    entry.wakeAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#live++;
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#live) this.#dropStale();
    this.#push({ at, entry });
  }

  /** The next entry due at or before `watermark`, its alarm taken off. */
  take(watermark: number): { readonly at: number; readonly entry: Entry } | undefined {
    for (let top = this.#heap[0]; top !== undefined && top.at <= watermark; top = this.#heap[0]) {
      this.#pop();
      if (top.entry.wakeAt !== top.at) continue;
      top.entry.wakeAt = Number.POSITIVE_INFINITY;
      this.#live--;
      return top;
    }
    return undefined;
  }

  /** Leaves one item an entry: of an alarm that was moved away and back there are several that agree with it. */
  #dropStale(): void {
    const agreeing = this.#heap.filter(({ at, entry }) => entry.wakeAt === at);
    agreeing.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
    this.#heap = agreeing.filter(({ entry }, index) => entry !== agreeing[index - 1]?.entry);
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(alarm);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(alarm, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = alarm;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      if (least === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, least)) {
        child++;
        least = right;
      }
      if (!before(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Alarm, b: Alarm): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.entry.store.index !== b.entry.store.index) return a.entry.store.index < b.entry.store.index;
  return a.entry.key < b.entry.key;
}
