import { setTimeout as sleep } from 'node:timers/promises';
import type { Descriptor } from '../../datasets/descriptor.ts';
import { rawTopic } from '../../datasets/raw.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { physicalName } from '../../src/engine/topic.ts';
import { type Log, LogError, type Owned } from '../../src/log/log.ts';
import { openOutbox } from './outbox.ts';
import { partitionsOf } from './partitions.ts';
import { openPositions, sourceGroup, sourcesSpec } from './positions.ts';
import { replay } from './replay.ts';
import type { RowCounts } from './row-writer.ts';
import { type Source, SourceError } from './source.ts';

export interface RunSourceOptions {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  readonly descriptor: Descriptor;
  readonly source: Source;
  /** Partitions of the raw topic, unless it exists. */
  readonly partitions: number;
  /** `max`, or how many times as fast as event time. */
  readonly speed: 'max' | number;
  /** Write a file that is already there once more, under ids of its own. */
  readonly again?: boolean;
  /** Step of event time between two ticks, ms; an hour by default. */
  readonly tickStep?: number;
  /** Stops after the commit in hand; the next run goes on from there. */
  readonly signal: AbortSignal;
  /** Wall clock, ms. */
  now(): number;
  onProgress?(progress: SourceProgress): void;
}

export interface SourceProgress {
  /** `waiting`: another process is writing this source. */
  readonly phase: 'waiting' | 'writing';
  /** Rows committed, those of earlier runs included. */
  readonly rows: number;
  readonly read: { readonly done: number; readonly total: number; readonly unit: 'bytes' | 'rows' } | undefined;
  readonly watermark: number | undefined;
}

export interface SourceSummary extends RowCounts {
  /** The source's id on the log, with `#2` and so on for a deliberate repeat. */
  readonly source: string;
  /** The raw topic's name on the log. */
  readonly topic: string;
  /** The whole file was in the log before: nothing was changed. */
  readonly alreadyThere: boolean;
  /** Rows in the log from this source, and those that this run added. */
  readonly rows: number;
  readonly written: number;
  readonly ended: 'end' | 'signal';
}

const HOUR = 3_600_000;
const RETRY_PAUSE = 1000;
const WAITING_AFTER = 500;
const nothing = {
  alreadyThere: false,
  rows: 0,
  written: 0,
  malformed: 0,
  untimed: 0,
  behind: 0,
  ended: 'signal',
} as const;

/**
 * Writes a source's rows into `<shop>.raw.<dataset>`, with ticks and the source's position in the same commits, from
 * where the last commit was: no row twice, none missing, whenever it was killed.
 * @throws SourceError, LogError, AvroError
 */
export async function runSource(options: RunSourceOptions): Promise<SourceSummary> {
  const { log, registry, shop, descriptor, source, signal } = options;
  if (options.speed !== 'max' && !descriptor.rows.sorted) {
    throw new SourceError(
      'NOT_IN_TIME_ORDER',
      `the rows of ${descriptor.name} are in no order of time, so they cannot be replayed at a speed: use --speed max, or sort the file by ${descriptor.columns.time} and say so in its descriptor`,
    );
  }
  const topic = rawTopic(descriptor, source.columns);
  const name = physicalName(shop, topic.name);
  const sources = sourcesSpec(shop);
  const partitions = await partitionsOf(log, name, options.partitions);
  await log.create([sources, { name, partitions, cleanup: topic.cleanup }]);
  const positions = await openPositions(log, registry, shop);

  const live = source.progress() === undefined;
  const id = live ? source.id : await sourceId(source.id, options.again ?? false, positions.last);
  const open = async (owned: Owned): Promise<SourceSummary> => {
    const writer = `source.${descriptor.name}.${shortId(id)}`;
    const outbox = await openOutbox(registry, topic, name, partitions, writer);
    const kept = await positions.last(id);
    const done = await replay({ ...options, id, owned, outbox, positions, kept, tickStep: options.tickStep ?? HOUR });
    return { source: id, topic: name, alreadyThere: kept?.done === true && !live, ...done };
  };
  const stopped: SourceSummary = { ...nothing, source: id, topic: name };

  for (;;) {
    try {
      return (await owning(log, sourceGroup(shop, id), sources.name, options, open)) ?? stopped;
    } catch (error) {
      if (!(error instanceof LogError) || error.remedy === 'stop' || signal.aborted) throw error;
      await sleep(RETRY_PAUSE, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The id under which to write: the source's own, or its latest repeat; a new repeat when that one is whole and another is wanted. */
async function sourceId(
  own: string,
  again: boolean,
  last: (id: string) => Promise<{ readonly done: boolean } | undefined>,
): Promise<string> {
  let id = own;
  let kept = await last(id);
  for (let repeat = 2; kept !== undefined; repeat++) {
    const next = `${own}#${repeat}`;
    const following = await last(next);
    if (following === undefined) return kept.done && again ? next : id;
    id = next;
    kept = following;
  }
  return id;
}

/** The first 12 characters of an id, and its repeat. */
export function shortId(id: string): string {
  const again = id.indexOf('#');
  return again < 0 ? id.slice(0, 12) : `${id.slice(0, 12)}${id.slice(again)}`;
}

/** Runs `work` while owning the only partition of `topic` in `group`, waiting for whoever has it; `undefined` when stopped while waiting. */
async function owning<T>(
  log: Log,
  group: string,
  topic: string,
  { signal, onProgress }: RunSourceOptions,
  work: (owned: Owned) => Promise<T>,
): Promise<T | undefined> {
  // The log's signal is our own: the caller's must not take the partition away before the commit in hand is finished.
  const leave = new AbortController();
  let working = false;
  const stop = () => {
    if (!working) leave.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const waiting = setTimeout(() => {
    onProgress?.({ phase: 'waiting', rows: 0, read: undefined, watermark: undefined });
  }, WAITING_AFTER);
  try {
    for await (const owned of log.join({ group, topics: [topic], signal: leave.signal })) {
      working = true;
      clearTimeout(waiting);
      return await work(owned);
    }
    return undefined;
  } finally {
    clearTimeout(waiting);
    signal.removeEventListener('abort', stop);
    leave.abort();
  }
}
