import type { LogError } from '../log.ts';
import type { FetchOf } from './fetch.ts';
import type { Piece } from './fetching.ts';

/** What somebody wants of a partition, until it is given. */
export interface Want extends FetchOf {
  /** Absent: fetched ahead, and kept as it comes. */
  readonly reader?: {
    readonly fresh: boolean;
    readonly give: (piece: Piece) => void;
    readonly fail: (error: unknown) => void;
  };
  /** Why it was not answered, and since when (monotone, ms), while its broker is asked again. */
  trouble?: { readonly since: number; readonly reason: string } | undefined;
  /** When it is asked for again (monotone, ms), and how long that was waited for. Absent: at once. */
  held?: { readonly until: number; readonly pause: number };
}

/** ms for which a want goes unanswered before that is worth a word: leaders move, and connections break, all the time. */
const WORTH_SAYING = 1_000;
/** ms that one partition's refusals are waited out: its broker answers for the others meanwhile. */
const pauses = { first: 5, growth: 1.6, longest: 1_000 };

export function keyOf({ topic, partition, offset }: FetchOf): string {
  return `${topic}/${partition}/${offset}`;
}

export function trouble(wants: readonly Want[], { message: reason }: LogError): void {
  for (const want of wants) want.trouble = { since: want.trouble?.since ?? performance.now(), reason };
}

/** Its leader refuses it for a reason that can heal. */
export function hold(want: Want, failure: LogError): void {
  trouble([want], failure);
  const pause = Math.min((want.held?.pause ?? pauses.first) * pauses.growth, pauses.longest);
  want.held = { until: performance.now() + pause, pause };
}

/** Why a reader has waited for its broker for a while; `undefined` when none has. */
export function longTrouble(wants: Iterable<Want>): string | undefined {
  const until = performance.now() - WORTH_SAYING;
  for (const { reader, trouble: found } of wants) {
    if (reader !== undefined && found !== undefined && found.since <= until) return found.reason;
  }
  return undefined;
}
