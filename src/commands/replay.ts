import type { Command } from 'commander';
import { openSource } from '../../connectors/sources/open.ts';
import { runSource, type SourceProgress, type SourceSummary } from '../../connectors/sources/runner.ts';
import { loadDescriptor } from '../../datasets/load.ts';
import { configOf, speed, untilSignalled, withCommon } from './command.ts';
import { keepDescriptor } from './descriptors.ts';
import { paceText } from './pace.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { summarise, summaryText } from './summary.ts';
import { bar, bold, count, dim, liveRegion, moment } from './terminal.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

interface ReplayFlags {
  readonly dataset: string;
  readonly run?: boolean;
  readonly again?: boolean;
  readonly speed: 'max' | number;
  readonly json?: boolean;
}

export function replayCommand(program: Command): void {
  withCommon(program.command('replay'), { shop: 'the name of the dataset' })
    .description('read a file (csv, .gz, .zst, parquet) or a stream (http://, ws://) into the log')
    .argument('<source>', 'file, or address of a stream of JSON events')
    .requiredOption(
      '--dataset <name|file>',
      'built-in dataset, or a descriptor of your own (`ebb inspect FILE` proposes one)',
    )
    .option('--run', 'also run topologies and sinks until caught up, and print a summary')
    .option('--training', 'with --run: train models at the ends of quarters, and score by them', false)
    .option('--again', 'replay a file that is already in the log once more, as new events')
    .option('--speed <factor>', 'max, or a factor of real time such as 3600x', speed, 'max')
    .option('--partitions <n>', 'partitions of topics that do not exist yet (default 4)')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb replay retail.csv.gz --dataset online-retail --run\n  ebb replay orders.csv --dataset orders.json --shop mine --speed 3600x\n  ebb replay ws://localhost:8080/events --dataset events.json',
    )
    .action(async (target: string, flags: ReplayFlags) => {
      const config = configOf({ ...flags });
      const descriptor = await loadDescriptor(flags.dataset);
      const shop = config.shop ?? descriptor.name;
      const started = performance.now();
      // First, so that a file that cannot be read leaves nothing behind.
      const source = await openSource(target, descriptor, { now: Date.now, random: Math.random });
      await using place = await openWorkplace(config);
      await refuseUnderReset(place.log, shop);
      await keepDescriptor(place.log, place.registry, shop, descriptor);
      const stopped = untilSignalled();
      const live = liveRegion();
      let pipeline: Pipeline | undefined;
      const progress = (state: SourceProgress): void =>
        live.show(progressText(source.name, state, pipeline, performance.now() - started));
      let last: SourceProgress | undefined;
      const shown = setInterval(() => {
        if (last !== undefined) progress(last);
      }, 100);
      const read = (signal: AbortSignal): Promise<SourceSummary> =>
        runSource({
          log: place.log,
          registry: place.registry,
          shop,
          descriptor,
          source,
          partitions: config.partitions,
          speed: flags.speed,
          again: flags.again ?? false,
          signal,
          now: Date.now,
          onProgress: (state) => {
            last = state;
          },
        });
      let summary: SourceSummary;
      try {
        if (flags.run === true) {
          const finished = new AbortController();
          const until = AbortSignal.any([stopped, finished.signal]);
          pipeline = await startPipeline({ place, shop, signal: until, sinks: true });
          summary = await throughPipeline(read(until), pipeline, finished);
        } else {
          summary = await read(stopped);
        }
      } finally {
        clearInterval(shown);
        live.done();
      }
      await report(place, shop, summary, flags, (performance.now() - started) / 1000);
    });
}

/**
 * Waits for the source and then for everything behind it. Whatever fails, both are asked to finish their commits in hand
 * and waited for, so that nobody closes the log under them; the first error is thrown.
 */
async function throughPipeline(
  reading: Promise<SourceSummary>,
  pipeline: Pipeline,
  finished: AbortController,
): Promise<SourceSummary> {
  const whole = reading.then(async (summary) => {
    if (summary.ended === 'end') await pipeline.caughtUp(finished.signal);
    return summary;
  });
  try {
    await Promise.race([whole, pipeline.done]);
  } finally {
    finished.abort();
    await Promise.allSettled([whole, pipeline.done]);
  }
  await pipeline.done;
  return whole;
}

function progressText(
  name: string,
  { phase, rows, read, watermark }: SourceProgress,
  pipeline: Pipeline | undefined,
  elapsed: number,
): string {
  if (phase === 'waiting')
    return `${bold(name, process.stderr)}  another process is writing this source; waiting to take over`;
  const share = read === undefined ? undefined : read.done / read.total;
  const pace = dim(paceText({ done: rows, share, elapsed }, 'rows'), process.stderr);
  const head = `${bold(name, process.stderr)}  ${read === undefined ? '' : `${bar(read.done, read.total)}  `}${count(rows)} rows  ${dim(moment(watermark ?? Number.NaN), process.stderr)}  ${pace}`;
  if (pipeline === undefined) return head;
  const { topologies, sinks } = pipeline.status();
  const lines = topologies.map(
    ({ topology, in: taken, lag }) =>
      `  ${topology.padEnd(26)} ${count(taken).padStart(11)} in ${count(lag).padStart(9)} behind`,
  );
  return [
    head,
    ...lines,
    ...sinks.map(({ name: sink, written }) => `  ${`→ ${sink}`.padEnd(26)} ${count(written).padStart(11)} written`),
  ].join('\n');
}

async function report(
  place: Workplace,
  shop: string,
  source: SourceSummary,
  flags: ReplayFlags,
  seconds: number,
): Promise<void> {
  const rate = source.written / seconds;
  if (source.alreadyThere && flags.json !== true) {
    console.log(
      `This file is already in shop ${shop} (${count(source.rows)} rows); nothing was added. Use --again to add it once more as new events.`,
    );
  }
  if (source.ended === 'signal')
    console.error(`Stopped after ${count(source.rows)} rows, all committed: the same command goes on from there.`);
  if (flags.run !== true) {
    if (flags.json === true) console.log(JSON.stringify({ shop, ...source, seconds }));
    else if (!source.alreadyThere)
      console.log(
        `${count(source.written)} rows into ${source.topic} in ${seconds.toFixed(1)} s (${count(rate)} rows/s). \`ebb run --shop ${shop} --until-caught-up\` computes its results.`,
      );
    return;
  }
  const shopSummary = await summarise(place.config, shop);
  if (flags.json === true)
    console.log(JSON.stringify({ shop, source, ...shopSummary, seconds, rowsPerSecond: Math.round(rate) }));
  else
    console.log(
      `\nShop ${bold(shop, process.stdout)}\n${summaryText(shopSummary, { rowsIn: source.rows, seconds, ...(source.written > 0 ? { rate } : {}) })}\n\nLook further: ebb query "select * from category_metrics limit 5"${place.config.data === '.ebb' ? '' : ` --data ${place.config.data}`}`,
    );
}
