/** How fast long work goes, and how long it may take still. Pure. */
import type { PipelineStatus } from '../operations/status.ts';
import { count } from './terminal.ts';

/** ms in which nobody can tell yet. */
const TOO_EARLY = 2_000;

export interface Pace {
  /** So many are done. */
  readonly done: number;
  /** Of all, 0 to 1; undefined: nobody knows how much there is. */
  readonly share: number | undefined;
  /** ms since the work began. */
  readonly elapsed: number;
}

/** `12,300 rows/s, about 1:20 left`; empty at first. */
export function paceText({ done, share, elapsed }: Pace, what: string): string {
  if (elapsed < TOO_EARLY || done === 0) return '';
  const rate = `${count(done / (elapsed / 1000))} ${what}/s`;
  if (share === undefined || share <= 0 || share >= 1) return rate;
  return `${rate}, about ${clock((elapsed * (1 - share)) / share)} left`;
}

/** Of topologies that read what is on the log: the one that has most to do still, at its pace so far, says how long. */
export function paceOf({ topologies }: PipelineStatus, elapsed: number): Pace {
  const shares = topologies.flatMap(({ in: taken, lag }) => (taken === 0 ? [] : [taken / (taken + lag)]));
  return {
    done: topologies.reduce((sum, one) => sum + one.in, 0),
    share: shares.length === 0 ? undefined : Math.min(...shares),
    elapsed,
  };
}

/** `1:20`, `1:02:03`. @param ms rounded up to whole seconds */
export function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}
