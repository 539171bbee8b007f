import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { isLoopback } from '../../dashboard/guard.ts';
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

  const panels = livePanels({
    ask: ({ spec, values, at, lane }) => query(spec.sql, values, lane, at),
    clock: () => performance.now(),
    onError,
    leastGroup: isOwnMachine(config) ? 0 : LEAST_GROUP,
  });

  function onFilled({ changed, stale, hours: _, ...state }: Filled): void {
    if (stale) void reopen();
    else {
      now = state.now ?? 0;
      ready ||= state.now !== null && state.toRead - state.read < NEARLY;
      panels.moved({ ...state, shop, ready }, changed);
    }
  }

  async function open(): Promise<void> {
    ready = false;
    tables = await openLiveTables(config, shop, onFilled);
    tables.failed.catch((error: unknown) => {
      if (closed) return;
      onError('the live tables', error);
      setTimeout(() => void reopen(), REOPEN_AFTER).unref();
    });
  }

  function reopen(): Promise<void> {
    opening ??= (async () => {
      await tables[Symbol.asyncDispose]();
      opening = undefined;
      if (!closed) await open();
    })().catch((error: unknown) => onError('the live tables', error));
    return opening;
  }

  for (const { sql } of specs) textOf(sql);
  await open();
  return {
    panels,
    run: randomBytes(6).toString('hex'),
    askOfCustomer: (name, customer) => query(`customer/${name}.sql`, { shop, customer, now, most: MOST_EVENTS }),
    refused: (kind, topology) => query(`pipeline/${kind}.sql`, { shop, topology, most: MOST_REFUSED }),
    ask: (name, values) => query(`api/${name}.sql`, { shop, ...values }),
    async [Symbol.asyncDispose]() {
      closed = true;
      await opening;
      await tables[Symbol.asyncDispose]();
    },
  };
}

/** Whether nobody else can look: we neither listen elsewhere nor are known by another name, as behind a proxy. */
function isOwnMachine({ host, hosts }: Config): boolean {
  return isLoopback(host) && hosts.length === 0;
}

/** Records to go that are no longer worth waiting for. */
const NEARLY = 5_000;
/** Of a customer, in a story. */
const MOST_EVENTS = 500;
const MOST_REFUSED = 200;
/** ms. */
const REOPEN_AFTER = 2_000;
