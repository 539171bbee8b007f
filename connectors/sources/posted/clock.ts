import { DAY } from '../../../datasets/civil.ts';

/** How far back an event may lie behind those that came before it, ms of event time, and be no late one. */
const DISORDER = 60_000;
/** An event so far in the future, ms, is a mistake: it moves no watermark, or all that come after it would be late. */
const FUTURE = DAY;
/** ms between two ticks of a writer that is quiet. */
const QUIET_TICK = 60_000;

/** What is to be said in every partition. */
export interface PostedTick {
  readonly time: number;
  /** Nobody waits for who has closed. */
  readonly closed: boolean;
}

export interface ClockOptions {
  /** The last tick on the log, of whichever process; absent: nobody has ever posted. */
  readonly last: PostedTick | undefined;
  /** ms of quiet after which nobody is to wait for more; absent: they wait for ever. */
  readonly idle: number | undefined;
}

/**
 * Event time as far as posted events tell it. While they come, the watermark is the newest event's time less what they may be out
 * of order. Once it is quiet the writer closes, so that it holds back no others; closed, it still goes on at the pace of the wall
 * clock, so that in a shop where all events are posted silence is time that passes.
 */
export interface PostedClock {
  /** ms; -Infinity before the first event. */
  readonly watermark: number;
  /** Takes events of these times in: the tick that is to follow them. @param wall ms */
  take(times: readonly number[], wall: number): PostedTick | undefined;
  /** The tick that is due while nothing comes. @param wall ms */
  quiet(wall: number): PostedTick | undefined;
  /** The last tick of a server that ends. */
  end(): PostedTick | undefined;
}

export function postedClock({ last, idle }: ClockOptions): PostedClock {
  let watermark = last?.time ?? Number.NEGATIVE_INFINITY;
  let closed = last?.closed ?? true;
  /** By the wall clock: when something came, and when the last tick was. */
  let heard: number | undefined;
  let ticked = 0;
  const tick = (wall: number): PostedTick => {
    ticked = wall;
    return { time: watermark, closed };
  };
  return {
    get watermark() {
      return watermark;
    },
    take(times, wall) {
      heard = wall;
      let newest = Number.NEGATIVE_INFINITY;
      for (const time of times) if (time > newest && time <= wall + FUTURE) newest = time;
      const reached = newest - DISORDER;
      // Events of the past alone are no reason for others to wait.
      if (reached > watermark) {
        watermark = reached;
        closed = false;
      }
      return watermark > Number.NEGATIVE_INFINITY ? tick(wall) : undefined;
    },
    quiet(wall) {
      if (watermark === Number.NEGATIVE_INFINITY || idle === undefined) return undefined;
      heard ??= wall;
      ticked ||= wall;
      if (wall - heard < idle) return undefined;
      if (!closed) {
        closed = true;
        return tick(wall);
      }
      if (wall - ticked < QUIET_TICK) return undefined;
      watermark += wall - ticked;
      return tick(wall);
    },
    end() {
      if (closed) return undefined;
      closed = true;
      return { time: watermark, closed };
    },
  };
}
