import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { SourcePosition } from '../../../schemas/generated.ts';
import { LogError, type Owned } from '../../../src/log/log.ts';
import type { Outbox } from '../outbox.ts';
import type { SourcePositions } from '../positions.ts';
import type { Feed } from './feed.ts';
import { HOUR, SECOND } from './time.ts';

/** Records and ticks per commit at full speed. */
const COMMIT_SIZE = 8_000;
/** Wall time between two looks at the clock when live, and between two ticks of it. */
const LIVE_PAUSE = SECOND / 5;
const LIVE_TICK = SECOND;

export type Clock = { readonly factor: number } | 'max';

export interface Written {
  readonly rows: number;
  /** Event time up to which everything is committed. */
  readonly eventTime: number;
  readonly ended: 'count' | 'signal';
}

export interface WriteOptions<T> {
  readonly owned: Owned;
  readonly feed: Feed<T>;
  readonly outbox: Outbox<T>;
  readonly positions: SourcePositions;
  readonly source: Pick<SourcePosition, 'source' | 'dataset' | 'name'>;
  /** The last committed position; `undefined`: nothing has been written. */
  readonly kept: SourcePosition | undefined;
  /** Event times where everything begins, and where full speed ends. */
  readonly start: number;
  readonly historyEnd: number;
  readonly clock: Clock;
  readonly count: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly onCommit: (rows: number, eventTime: number, phase: 'history' | 'live') => void;
}

/**
 * Writes a feed into the log from where its last commit was: the history at full speed with a tick every hour of event
 * time, then live with a tick every second of the wall clock. Every commit holds records, ticks and the position. Ends
 * when `count` records are there (the last tick is then closed) or `signal` aborts, after the commit in hand.
 * @throws LogError
 */
export async function writeFeed<T extends { readonly timestamp: number }>(options: WriteOptions<T>): Promise<Written> {
  const { owned, feed, outbox, kept, historyEnd, count, now } = options;
  const stop = AbortSignal.any([options.signal, owned.signal]);
  let rows = kept?.rows ?? 0;
  let watermark = kept?.watermark ?? options.start;
  let eventTime = watermark;
  let committed = { rows, eventTime };

  function tick(time: number, closed = false): void {
    watermark = time;
    eventTime = Math.max(eventTime, time);
    outbox.tick(time, closed);
  }

  /** Hot path: takes records older than `limit` until a commit is full; whether more are left. */
  function take(limit: number): boolean {
    while (rows < count && outbox.size < COMMIT_SIZE) {
      const { head } = feed;
      if (head.timestamp >= limit) return false;
      const hour = Math.floor(head.timestamp / HOUR) * HOUR;
      if (hour > watermark) tick(hour);
      outbox.put(head);
      eventTime = head.timestamp;
      rows++;
      feed.take();
    }
    return rows < count;
  }

  async function commit(phase: 'history' | 'live', done = false): Promise<void> {
    const position = JSON.stringify(feed.position());
    const record = { ...options.source, position, rows, watermark, done, updatedAt: now() };
    await owned.commit({ appends: [...outbox.drain(), options.positions.append(record)], positions: {} });
    committed = { rows, eventTime };
    options.onCommit(rows, eventTime, phase);
    await turn(); // an adapter may commit without waiting: timers and signals have their turn here
  }

  async function writeBefore(limit: number, phase: 'history' | 'live'): Promise<void> {
    for (let more = true; more && !stop.aborted; ) {
      more = take(limit);
      if (more) await commit(phase);
    }
  }

  const full = () => rows >= count;
  if (kept?.done === true && full()) return { rows, eventTime, ended: 'count' };
  // Opens the writer in every partition, or opens it again when more is asked for than was.
  if (kept === undefined || kept.done) tick(watermark);

  await writeBefore(historyEnd, 'history');
  if (!stop.aborted && !full() && watermark < historyEnd) tick(historyEnd);
  if (!stop.aborted && !full() && outbox.size > 0) await commit('history');

  const began = { event: watermark, wall: now() };
  for (let ticked = Number.NEGATIVE_INFINITY; !stop.aborted && !full(); await pause(LIVE_PAUSE, stop)) {
    const wall = now();
    const time = eventTimeAt(options.clock, wall - began.wall, began.event);
    await writeBefore(time, 'live');
    if (stop.aborted || full()) break;
    if (wall - ticked >= LIVE_TICK && time > watermark) {
      tick(time);
      ticked = wall;
    }
    if (outbox.size > 0) await commit('live');
  }

  if (full() && !stop.aborted) {
    tick(eventTime, true);
    await commit(eventTime < historyEnd ? 'history' : 'live', true);
    return { ...committed, ended: 'count' };
  }
  if (owned.signal.aborted && !options.signal.aborted) {
    throw new LogError(
      'REBALANCED',
      `${options.source.source}: another process has taken over; waiting to go on after it`,
    );
  }
  return { ...committed, ended: 'signal' };
}

function eventTimeAt(clock: Clock, elapsed: number, from: number): number {
  return clock === 'max' ? Number.POSITIVE_INFINITY : from + Math.floor(elapsed * clock.factor);
}

/** Waits, but not beyond an abort. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
