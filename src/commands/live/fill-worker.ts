/** The thread that follows a shop's topics into the live tables. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../../config.ts';
import type { Dimension } from '../../dashboard/shown.ts';
import { tickCodec } from '../../engine/tick.ts';
import { readVersions } from '../versions.ts';
import { openWorkplace, type Workplace } from '../workplace.ts';
import { type Filling, openFilling } from './fill.ts';
import { type Followed, followedTopics } from './followed.ts';
import { openLiveFile } from './live-file.ts';
import { type ShopFacts, shopFacts } from './shop-facts.ts';

export interface FillWork {
  readonly config: Config;
  readonly shop: string;
  readonly path: string;
}

/** What it says, whenever something has changed. */
export interface Filled extends ShopFacts {
  /** `null` before there is a watermark. */
  readonly now: number | null;
  readonly first: number | null;
  readonly has: readonly Dimension[];
  readonly read: number;
  readonly toRead: number;
  /** Tables with new rows since it last spoke. */
  readonly changed: readonly string[];
  /** The shop's topics are others now (another version was promoted, or the shop was reset): begin anew. */
  readonly stale: boolean;
}

const REPORT_EVERY = 100;
const LOOK_EVERY = 1_000;
const THIN_EVERY = 60_000;
/** Records at the end of a partition among which its last tick stands. */
const TAIL = 500;

const { config, shop, path }: FillWork = workerData;
const stop = new AbortController();
parentPort?.on('message', () => stop.abort());

interface Progress {
  next: number;
  end: number;
}

await using place = await openWorkplace(config);
using database = openLiveFile(path);
const progress = new Map<string, Progress>();
const following = new Map<string, Promise<void>>();
const changed = new Set<string>();
let facts: ShopFacts = await shopFacts(place, shop);
let filling: Filling | undefined;
let partitions = 0;
let stale = false;
let said = '';

async function look(): Promise<void> {
  const found = followedTopics(await place.log.topics(), shop, await readVersions(place.log, place.registry, shop));
  const names = new Set(found.map(({ info }) => info.name));
  if ([...following.keys()].some((name) => !names.has(name)) || found.some(wentBack)) stale = true;
  const events = found.find(({ table }) => table === 'ecommerce_events');
  if (stale || events === undefined) return;
  if (filling === undefined) {
    partitions = events.info.partitions;
    filling = await openFilling(place, database, shop, events.info.name, await watermarkAtEnd(place, events));
  }
  facts = await shopFacts(place, shop);
  for (const one of found) {
    for (const [partition, { start, end }] of one.info.offsets.entries()) {
      const at = progress.get(`${one.info.name}/${partition}`) ?? { next: start, end };
      progress.set(`${one.info.name}/${partition}`, { next: at.next, end: Math.max(at.end, end) });
    }
    if (!following.has(one.info.name)) following.set(one.info.name, untilItEnds(follow(one, filling)));
  }
}

/** One that fails ends the others. */
function untilItEnds(work: Promise<void>): Promise<void> {
  const ended = work.finally(() => stop.abort());
  // Seen when all are waited for.
  ended.catch(() => {});
  return ended;
}

/** A topic of that name that was deleted and made again. */
function wentBack({ info }: Followed): boolean {
  return info.offsets.some(({ end }, partition) => end < (progress.get(`${info.name}/${partition}`)?.next ?? 0));
}

async function follow({ name, table, info }: Followed, into: Filling): Promise<void> {
  for await (const batch of place.log.read({ topic: info.name, from: 'start', signal: stop.signal })) {
    await into.take(name, batch);
    progress.set(`${info.name}/${batch.partition}`, { next: batch.next, end: batch.end });
    changed.add(table);
  }
}

/** What the views and carts of years need not be kept for. */
async function watermarkAtEnd({ log, registry }: Workplace, { info }: Followed): Promise<number> {
  const ticks = await tickCodec(registry, info.name);
  let newest = Number.NEGATIVE_INFINITY;
  for (const [partition, { start, end }] of info.offsets.entries()) {
    const from = { offset: Math.max(start, end - TAIL) };
    for await (const { records } of log.read({ topic: info.name, partition, from, to: 'end' }))
      for (const { time } of await ticks.among(records)) newest = Math.max(newest, time);
  }
  return newest;
}

function report(): void {
  const all = [...progress.values()];
  const now = filling?.watermark(partitions) ?? Number.NEGATIVE_INFINITY;
  const state: Filled = {
    ...facts,
    now: Number.isFinite(now) ? now : null,
    first: filling?.seen.first ?? null,
    has: [...(filling?.seen.has ?? []), ...(facts.hours && filling !== undefined ? (['hour'] as const) : [])],
    read: all.reduce((sum, { next }) => sum + next, 0),
    toRead: all.reduce((sum, { next, end }) => sum + Math.max(next, end), 0),
    changed: [...changed],
    stale,
  };
  const text = JSON.stringify(state);
  if (text === said) return;
  said = text;
  changed.clear();
  parentPort?.postMessage(state);
}

const reporting = setInterval(report, REPORT_EVERY);
const thinning = setInterval(() => filling?.thin(), THIN_EVERY);
try {
  while (!stop.signal.aborted) {
    await look();
    await sleep(LOOK_EVERY, undefined, { signal: stop.signal }).catch(() => {});
  }
  await Promise.all(following.values());
} finally {
  clearInterval(reporting);
  clearInterval(thinning);
  parentPort?.close();
}
