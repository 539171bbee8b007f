import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { type LivePanels, livePanels } from '../../dashboard/live-panels.ts';
import { panels as specs } from '../../dashboard/panels.ts';
import type { Row } from '../../dashboard/shown.ts';
import type { Filled } from './fill-worker.ts';
import { type LiveTables, openLiveTables } from './live-tables.ts';

/** A shop as the dashboard sees it. */
export interface WatchedShop extends AsyncDisposable {
  readonly panels: LivePanels;
  /** Names what is known of the shop here: another run may know it otherwise. */
  readonly run: string;
  /** Asks the live tables; `sql` is a path within `sql/`. */
  ask(sql: string, values: Readonly<Record<string, string | number>>): Promise<readonly Row[]>;
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
    at?: number,
  ): Promise<readonly Row[]> {
    const { sql, names } = textOf(path);
    const own = Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
    return tables.query({ sql, values: own, at });
  }

  const panels = livePanels({
    ask: ({ spec, values, at }) => query(spec.sql, values, at),
    clock: () => performance.now(),
    onError,
  });

  function onFilled({ changed, stale, hours: _, ...state }: Filled): void {
    if (stale) void reopen();
    else panels.moved({ ...state, shop }, changed);
  }

  async function open(): Promise<void> {
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
    ask: (sql, values) => query(sql, values),
    async [Symbol.asyncDispose]() {
      closed = true;
      await opening;
      await tables[Symbol.asyncDispose]();
    },
  };
}

/** ms. */
const REOPEN_AFTER = 2_000;
