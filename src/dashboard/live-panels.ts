import { createHash } from 'node:crypto';
import { DAY } from '../../datasets/civil.ts';
import { zoneOf } from '../../datasets/zone.ts';
import { type PanelSpec, panels } from './panels.ts';
import { rangeOf } from './ranges.ts';
import type { PanelResult, RangeName, Row, ShopState } from './shown.ts';
import { withoutSmallGroups } from './small-groups.ts';

/** A panel's query, its parameters bound by name; `at`: a moment of which the tables are to be. */
export interface PanelQuery {
  readonly spec: PanelSpec;
  readonly values: Readonly<Record<string, string | number>>;
  readonly at: number | undefined;
  /** Queries of one lane are asked one after the other; those that take long do not hold up those that do not. */
  readonly lane: 'quick' | 'slow' | 'past';
}

export type Ask = (query: PanelQuery) => Promise<readonly Row[]>;

/** What a reader has not seen yet: the state, or a panel's newest result, with a number that rises. */
export type Update =
  | { readonly id: number; readonly kind: 'shop'; readonly data: ShopState }
  | { readonly id: number; readonly kind: 'panel'; readonly data: PanelResult };

export interface LivePanels {
  /** What has changed since update `after` (0: all), then what changes. Ends when `signal` aborts. */
  follow(range: RangeName, after: number, signal: AbortSignal): AsyncGenerator<readonly Update[], void, undefined>;
  /** Every panel as of an earlier moment. */
  asOf(range: RangeName, at: number): Promise<readonly PanelResult[]>;
  /** The shop has moved on; tables named have new rows. */
  moved(state: ShopState, changed: readonly string[]): void;
}

export interface LivePanelsOptions {
  readonly ask: Ask;
  /** Monotonic, ms. */
  readonly clock: () => number;
  /** Told of a query that failed; the panel stays as it was, and is tried again. */
  readonly onError: (panel: string, error: unknown) => void;
  /** Customers of the smallest group that is told. */
  readonly leastGroup: number;
}

/** ms between two answers of one panel, at least; and how many times as long as it takes it then rests, so that slow ones wait longer. */
const SPACING = 1_000;
const REST = 9;
/** ms from which on a panel's query counts as a slow one. */
const SLOW = 300;

interface Kept {
  readonly spec: PanelSpec;
  result: PanelResult | undefined;
  digest: string;
  id: number;
  dirty: boolean;
  lane: 'quick' | 'slow';
  /** By the clock. */
  notBefore: number;
}

/** Panels of one chosen range, while somebody looks at them. */
interface Board {
  readonly range: RangeName;
  readonly kept: readonly Kept[];
  readonly waiting: Set<() => void>;
  readers: number;
  readonly running: Set<Kept['lane']>;
}

/**
 * Keeps panels up to date for whoever looks: a panel whose tables or whose moment have changed is asked anew, and told of only when its answer is another. Panels that nobody looks at are not asked.
 */
export function livePanels({ ask, clock, onError, leastGroup }: LivePanelsOptions): LivePanels {
  const boards = new Map<RangeName, Board>();
  let state: ShopState | undefined;
  let stateId = 0;
  let last = 0;

  function boardOf(range: RangeName): Board {
    const known = boards.get(range);
    if (known !== undefined) return known;
    const kept = panels.map((spec) => ({
      ...{ spec, result: undefined, digest: '', id: 0, dirty: true, lane: 'quick' as const, notBefore: 0 },
    }));
    const board: Board = { range, kept, waiting: new Set(), readers: 0, running: new Set() };
    boards.set(range, board);
    return board;
  }

  function wake(board: Board): void {
    for (const done of board.waiting) done();
    board.waiting.clear();
  }

  /** Asks what is due, the one that has waited longest first, until nobody looks or nothing is due. */
  async function run(board: Board, lane: Kept['lane']): Promise<void> {
    if (board.running.has(lane)) return;
    board.running.add(lane);
    try {
      while (board.readers > 0 && state?.now != null && state.ready) {
        const due = board.kept
          .filter((one) => one.dirty && one.lane === lane)
          .sort((a, b) => a.notBefore - b.notBefore)[0];
        if (due === undefined) return;
        const wait = due.notBefore - clock();
        if (wait > 0) await new Promise((done) => setTimeout(done, wait).unref());
        else await refresh(board, due, state);
      }
    } finally {
      board.running.delete(lane);
    }
  }

  function runAll(board: Board): void {
    void run(board, 'quick');
    void run(board, 'slow');
  }

  async function refresh(board: Board, kept: Kept, now: ShopState): Promise<void> {
    const started = clock();
    kept.dirty = false;
    try {
      const result = await answer(kept.spec, board.range, now, undefined, kept.lane);
      const digest = digestOf(result);
      if (digest !== kept.digest) {
        last += 1;
        Object.assign(kept, { result, digest, id: last });
        wake(board);
      }
    } catch (error) {
      kept.dirty = true;
      onError(kept.spec.id, error);
    }
    const took = clock() - started;
    kept.notBefore = started + Math.max(SPACING, REST * took);
    kept.lane = took > SLOW ? 'slow' : 'quick';
    if (kept.dirty) runAll(board);
  }

  async function answer(
    spec: PanelSpec,
    chosen: RangeName,
    { shop, zone, first, has, now }: ShopState,
    at: number | undefined,
    lane: PanelQuery['lane'],
  ): Promise<PanelResult> {
    const moment = { now: at ?? now ?? 0, first: first ?? 0, zone: zoneOf(zone), chosen };
    const range = rangeOf(spec.range, moment);
    const lackOf = (wanted: PanelSpec['needs'] = []) => wanted.filter((one) => !has.includes(one));
    const lacks = lackOf(spec.needs);
    const values = { shop, ...range, horizon: HORIZON, margin: 1 };
    const found = lacks.length > 0 ? [] : await ask({ spec, values, at, lane });
    const { groupsWithin } = spec;
    const told =
      groupsWithin === undefined ? { rows: found, hidden: 0 } : withoutSmallGroups(found, groupsWithin, leastGroup);
    return { id: spec.id, ...range, ...told, lacks, partly: lackOf(spec.partly) };
  }

  function updatesOf(board: Board, after: number): readonly Update[] {
    const found: Update[] = [];
    if (state !== undefined && stateId > after) found.push({ id: stateId, kind: 'shop', data: state });
    for (const { id, result } of board.kept)
      if (result !== undefined && id > after) found.push({ id, kind: 'panel', data: result });
    return found.sort((a, b) => a.id - b.id);
  }

  return {
    async *follow(range, after, signal) {
      const board = boardOf(range);
      board.readers += 1;
      let seen = after;
      const wakeUp = (): void => wake(board);
      signal.addEventListener('abort', wakeUp, { once: true });
      try {
        while (!signal.aborted) {
          const updates = updatesOf(board, seen);
          runAll(board);
          if (updates.length > 0) {
            seen = updates.at(-1)?.id ?? seen;
            yield updates;
          } else await new Promise<void>((done) => board.waiting.add(done));
        }
      } finally {
        signal.removeEventListener('abort', wakeUp);
        board.readers -= 1;
      }
    },
    async asOf(range, at) {
      const now = state;
      if (now?.now == null) return [];
      const found: PanelResult[] = [];
      for (const spec of panels) found.push(await answer(spec, range, now, Math.min(at, now.now), 'past'));
      return found;
    },
    moved(next, changed) {
      const moment =
        next.now !== state?.now ||
        next.ready !== state.ready ||
        next.has.length !== state?.has.length ||
        next.zone !== state?.zone;
      state = next;
      last += 1;
      stateId = last;
      for (const board of boards.values()) {
        for (const kept of board.kept)
          if (moment || kept.spec.reads.some((table) => changed.includes(table))) kept.dirty = true;
        runAll(board);
        wake(board);
      }
    },
  };
}

/** ms of a churn model's horizon. */
const HORIZON = 90 * DAY;

function digestOf(result: PanelResult): string {
  return createHash('sha1').update(JSON.stringify(result)).digest('base64');
}
