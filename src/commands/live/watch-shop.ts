import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { Failure } from '../../dashboard/failure.ts';
import { isOwnMachine } from '../../dashboard/guard.ts';
import { type LivePanels, livePanels } from '../../dashboard/live-panels.ts';
import { panels as specs } from '../../dashboard/panels.ts';
import type { PipelineServices } from '../../dashboard/pipeline-routes.ts';
import type { Ask } from '../../dashboard/scores-routes.ts';
import type { Row } from '../../dashboard/shown.ts';
import { LEAST_GROUP } from '../../dashboard/small-groups.ts';
import type { AskOfCustomer } from '../../dashboard/story-routes.ts';
import type { Filled } from './fill-worker.ts';
import { type Lane, type LiveTables, openLiveTables } from './live-tables.ts';

/** A shop as the dashboard sees it. */
export interface WatchedShop extends AsyncDisposable {
  readonly panels: LivePanels;
  /** Names what is known of the shop here: another run may know it otherwise. */
  readonly run: string;
  readonly askOfCustomer: AskOfCustomer;
  readonly refused: PipelineServices['refused'];
  readonly ask: Ask;
}

const folder = new URL('../../../sql/', import.meta.url);

interface Text {
  readonly sql: string;
  readonly names: readonly string[];
}

/** Follows a shop into live tables, and begins anew when its topics are others. @param onError told of what failed, and that it is tried again */
export async function watchShop(
  config: Config,
  shop: string,
  onError: (what: string, error: unknown) => void,
): Promise<WatchedShop> {
  const texts = new Map<string, Text>();
  let closed = false;
  let now = 0;
  let ready = false;
  /** The tables have had all that the log had. */
  let isWhole = false;
  let tables: LiveTables;
  let opening: Promise<void> | undefined;

  function textOf(path: string): Text {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const sql = readFileSync(new URL(path, folder), 'utf8');
    const text = {
      sql,
      names: [...new Set([...sql.replaceAll(/--.*$/gm, '').matchAll(/:(\w+)/g)].map(([, name = '']) => name))],
    };
    texts.set(path, text);
    return text;
  }

  function query(
    path: string,
    values: Readonly<Record<string, string | number>>,
    lane: Lane = 'quick',
    at?: number,
  ): Promise<readonly Row[]> {
    const { sql, names } = textOf(path);
    const own = Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
    return tables.query({ sql, values: own, at }, lane);
  }

  /** For who asks once: half of the numbers would look like all of them. @throws Failure NOT_READY */
  async function once(path: string, values: Readonly<Record<string, string | number>>): Promise<readonly Row[]> {
    const notYet = (cause?: unknown) =>
      new Failure(503, 'NOT_READY', 'the log is still being read into the tables of this server: ask again', {
        retryAfter: 1,
        cause,
      });
    if (!isWhole) throw notYet();
    try {
      return await query(path, values);
    } catch (error) {
      throw isWhole ? error : notYet(error);
    }
  }

  const panels = livePanels({
    ask: ({ spec, values, at, lane }) => query(spec.sql, values, lane, at),
    clock: () => performance.now(),
    onError,
    leastGroup: isOwnMachine(config) ? 0 : LEAST_GROUP,
  });

  function onFilled({ changed, stale, hours: _, ...state }: Filled): void {
    if (stale) void reopen();
    else {
      isWhole ||= state.read >= state.toRead;
      now = state.now ?? 0;
      ready ||= state.now !== null && state.toRead - state.read < NEARLY;
      panels.moved({ ...state, shop, ready }, changed);
    }
  }

  async function open(): Promise<void> {
    tables = await openLiveTables(config, shop, onFilled);
    tables.failed.catch(openAgain);
  }

  function openAgain(error: unknown): void {
    if (closed) return;
    onError('the live tables', error);
    setTimeout(() => void reopen(), REOPEN_AFTER).unref();
  }

  function reopen(): Promise<void> {
    ready = false;
    isWhole = false;
    opening ??= (async () => {
      try {
        await tables[Symbol.asyncDispose]();
        if (!closed) await open();
      } finally {
        opening = undefined;
      }
    })().catch(openAgain);
    return opening;
  }

  for (const { sql } of specs) textOf(sql);
  await open();
  return {
    panels,
    run: randomBytes(6).toString('hex'),
    askOfCustomer: (name, customer) => once(`customer/${name}.sql`, { shop, customer, now, most: MOST_EVENTS }),
    refused: (kind, topology) => once(`pipeline/${kind}.sql`, { shop, topology, most: MOST_REFUSED }),
    ask: (name, values) => once(`api/${name}.sql`, { shop, ...values }),
    async [Symbol.asyncDispose]() {
      closed = true;
      await opening;
      await tables[Symbol.asyncDispose]();
    },
  };
}

/** Records to go that are no longer worth waiting for. */
const NEARLY = 5_000;
/** Of a customer, in a story. */
const MOST_EVENTS = 500;
const MOST_REFUSED = 200;
/** ms. */
const REOPEN_AFTER = 2_000;
