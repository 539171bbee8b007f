import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps rows from coming before their time, when event time runs at a factor of the wall clock. */
export interface Pace {
  /** Whether an event time has not come yet. The first one asked about is now. */
  early(time: number): boolean;
  /** Waits for an event time, or for the signal. */
  until(time: number): Promise<void>;
}

/** Rows due within this span of wall time go together, so that fast replays do not commit row by row. */
const GRAIN = 50;
const LONGEST_SLEEP = 250;

export function pacer(options: { readonly factor: number; now(): number; readonly signal: AbortSignal }): Pace {
  const { factor, signal } = options;
  let began: { readonly wall: number; readonly event: number } | undefined;
  const due = (time: number): number => {
    began ??= { wall: options.now(), event: time };
    return began.wall + (time - began.event) / factor;
  };
  return {
    early: (time) => due(time) > options.now(),
    async until(time) {
      const wall = Math.max(due(time), options.now() + GRAIN);
      for (let left = wall - options.now(); left > 0 && !signal.aborted; left = wall - options.now()) {
        await sleep(Math.min(left, LONGEST_SLEEP), undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      }
    },
  };
}
