import type { SourcePosition, SyntheticShopEvent, SyntheticTransaction } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import type { Registry } from '../../../src/avro/registry.ts';
import { physicalName, type Topic } from '../../../src/engine/topic.ts';
import { type Log, LogError, type Owned } from '../../../src/log/log.ts';
import { openOutbox } from '../outbox.ts';
import { partitionsOf } from '../partitions.ts';
import { openPositions, type SourcePositions, sourceGroup, sourcesSpec } from '../positions.ts';
import { GeneratorError } from './error.ts';
import { type Feed, shopFeed, transactionsFeed } from './feed.ts';
import { resumeShop, resumeTransactions, type Settings } from './settings.ts';
import { DAY, SECOND } from './time.ts';
import { type Clock, pause, writeFeed } from './write.ts';

export type Preset = 'transactions' | 'shop';

export interface GeneratorOptions extends Settings {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  readonly preset: Preset;
  /** Days from the start to write at full speed before going live. */
  readonly history: number;
  /** Live pace: event time goes `factor` times as fast as the wall clock, from where it stands. `max`: as fast as it goes. */
  readonly clock: Clock;
  /** Ends for good after this many records, those of earlier runs included. */
  readonly count?: number | undefined;
  /** Of its topic, unless that exists. */
  readonly partitions: number;
  readonly signal: AbortSignal;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly onProgress?: ((progress: GeneratorProgress) => void) | undefined;
}

export interface GeneratorProgress {
  /** Records committed by this run. */
  readonly written: number;
  /** Event time up to which everything is committed; `undefined` while waiting. */
  readonly eventTime: number | undefined;
  /** `waiting`: another process generates this preset of this shop. */
  /** How much of the history is written, from 0 to 1. */
  readonly share: number;
  readonly phase: 'waiting' | 'history' | 'live';
}

export interface GeneratorSummary {
  /** Records committed by this run. */
  readonly written: number;
  /** Event time up to which everything is committed; `undefined`: another process had the generator all the time. */
  readonly eventTime: number | undefined;
  /** Records that the shop has from this generator, of all runs. */
  readonly total: number;
  /** `count`: all that was asked for is there; `signal`: stopped, and goes on from here at the next run. */
  readonly ended: 'count' | 'signal';
}

/** Wall time before work that an unavailable log refused is begun again from the last commit. */
const RETRY_PAUSE = SECOND;
/** Wall time without the generator's group after which somebody is told that another process has it. */
const WAITING_AFTER = SECOND / 2;

/**
 * Generates a preset into its topic until `count` or `signal` ends it, going on where the shop's last commit was. While
 * another process generates the same preset of the same shop, it waits to take over.
 * @throws GeneratorError INVALID_OPTION, SETTINGS_DIFFER; AvroError; LogError (those that neither a new try nor a new owner mends)
 */
export async function runGenerator(options: GeneratorOptions): Promise<GeneratorSummary> {
  check(options);
  const { log, shop, preset, signal } = options;
  const topic = topicOf(preset);
  const name = physicalName(shop, topic.name);
  const positionsSpec = sourcesSpec(shop);
  const partitions = await partitionsOf(log, name, options.partitions);
  await log.create([{ name, partitions, cleanup: topic.cleanup }, positionsSpec]);

  const run: Run = { written: 0, total: 0, eventTime: undefined };
  // The group is left only when the commit in hand is done: its signal is not the caller's.
  const leave = new AbortController();
  let working = false;
  const onAbort = () => {
    if (!working) leave.abort();
  };
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) leave.abort();
  const waiting = setTimeout(() => {
    options.onProgress?.({ written: 0, eventTime: undefined, share: 0, phase: 'waiting' });
  }, WAITING_AFTER);
  try {
    const join = { group: sourceGroup(shop, sourceId(preset)), topics: [positionsSpec.name], signal: leave.signal };
    for await (const owned of log.join(join)) {
      clearTimeout(waiting);
      working = true;
      const ended = await whileOwned({ ...options, partitions }, owned, run);
      if (ended !== 'lost' || signal.aborted) return { ...run, ended: ended === 'count' ? 'count' : 'signal' };
      working = false;
    }
    return { ...run, ended: 'signal' };
  } finally {
    clearTimeout(waiting);
    signal.removeEventListener('abort', onAbort);
    leave.abort();
  }
}

type Run = { -readonly [Field in 'written' | 'total' | 'eventTime']: GeneratorSummary[Field] };

/** Works until it ends or the partition is lost; each new try begins at the last commit, whatever became of the one before. */
async function whileOwned(options: GeneratorOptions, owned: Owned, run: Run): Promise<'count' | 'signal' | 'lost'> {
  for (;;) {
    try {
      return options.preset === 'shop'
        ? await writeShop(options, owned, run)
        : await writeTransactions(options, owned, run);
    } catch (error) {
      if (!(error instanceof LogError) || error.remedy === 'stop') throw error;
      if (error.remedy === 'rejoin') return 'lost';
      await pause(RETRY_PAUSE, AbortSignal.any([options.signal, owned.signal]));
    }
  }
}

async function writeShop(options: GeneratorOptions, owned: Owned, run: Run): Promise<'count' | 'signal'> {
  const positions = await openPositions(options.log, options.registry, options.shop);
  const kept = await positions.last(sourceId('shop'));
  const from = resumeShop(options.shop, options, options.history, options.now(), kept);
  return write(options, owned, run, topics.syntheticShop, shopFeed(from, from), positions, kept, from.start);
}

async function writeTransactions(options: GeneratorOptions, owned: Owned, run: Run): Promise<'count' | 'signal'> {
  const positions = await openPositions(options.log, options.registry, options.shop);
  const kept = await positions.last(sourceId('transactions'));
  const from = resumeTransactions(options.shop, options, options.history, options.now(), kept);
  return write(options, owned, run, topics.syntheticTransactions, transactionsFeed(from), positions, kept, from.start);
}

async function write<T extends { readonly timestamp: number }>(
  options: GeneratorOptions,
  owned: Owned,
  run: Run,
  topic: Topic<T>,
  feed: Feed<T>,
  positions: SourcePositions,
  kept: SourcePosition | undefined,
  start: number,
): Promise<'count' | 'signal'> {
  const { registry, shop, preset, partitions, clock, count, signal, now, onProgress } = options;
  const source = sourceId(preset);
  const historyEnd = start + Math.floor(options.history * DAY);
  run.total = kept?.rows ?? 0;
  const { rows, eventTime, ended } = await writeFeed({
    owned,
    feed,
    outbox: await openOutbox(registry, topic, physicalName(shop, topic.name), partitions, source),
    positions,
    source: { source, dataset: topic.name, name: `generator, preset ${preset}` },
    kept,
    start,
    historyEnd,
    clock,
    count: count ?? Number.POSITIVE_INFINITY,
    signal,
    now,
    onCommit(total, time, phase) {
      run.written += total - run.total;
      run.total = total;
      run.eventTime = time;
      const share = phase === 'live' ? 1 : Math.min(1, (time - start) / (historyEnd - start));
      onProgress?.({ written: run.written, eventTime: time, share, phase });
    },
  });
  run.total = rows;
  run.eventTime = eventTime;
  return ended;
}

/** The source id under which a preset's position is kept and its ticks are written. */
export function sourceId(preset: Preset): string {
  return `generator.${preset}`;
}

function topicOf(preset: Preset): Topic<SyntheticShopEvent> | Topic<SyntheticTransaction> {
  return preset === 'shop' ? topics.syntheticShop : topics.syntheticTransactions;
}

function check({ history, clock, count }: GeneratorOptions): void {
  if (!(history >= 0 && Number.isFinite(history))) {
    throw new GeneratorError('INVALID_OPTION', `--history ${history} is not a number of days; give one from 0`);
  }
  if (clock !== 'max' && !(clock.factor > 0 && Number.isFinite(clock.factor))) {
    throw new GeneratorError(
      'INVALID_OPTION',
      `a clock at ${clock.factor} times real time does not run; give a factor above 0`,
    );
  }
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
    throw new GeneratorError('INVALID_OPTION', `--count ${count} is not a whole number of records; give one from 0`);
  }
}
