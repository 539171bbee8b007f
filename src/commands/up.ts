import type { Command } from 'commander';
import { type GeneratorProgress, runGenerator } from '../../connectors/sources/generator/runner.ts';
import { partitionsOf } from '../../connectors/sources/partitions.ts';
import { topics } from '../../schemas/topics.ts';
import type { Config } from '../config.ts';
import { physicalName } from '../engine/topic.ts';
import { configOf, duration, speed, untilSignalled, wholeNumber, withCommon } from './command.ts';
import { withAddress } from './dashboard.ts';
import { generatorText } from './generate.ts';
import { lastHours } from './last-hours.ts';
import { observing, withObserving } from './observing.ts';
import { startPipeline } from './pipeline.ts';
import { statusText } from './status.ts';
import { summarise, summaryText } from './summary.ts';
import { tablesIfThere } from './tables/open.ts';
import { bold, dim, liveRegion } from './terminal.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

interface UpFlags {
  readonly for?: number;
  readonly speed: 'max' | number;
  readonly customers?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

const HISTORY_DAYS = 730;

export function upCommand(program: Command): void {
  withAddress(withObserving(withCommon(program.command('up'), { shop: 'demo' })))
    .description(
      'everything at once: a simulated shop with two years of history and then live, its topologies, tables and files',
    )
    .option('--for <duration>', 'end by itself after this long, such as 30s, with a summary', duration)
    .option('--speed <factor>', 'pace of the live shop: so many times as fast as real time', speed, 720)
    .option('--customers <n>', 'customers acquired in two years (default 20000)', wholeNumber)
    .option('--seed <n>', 'same seed, customers and start: same shop (default 1)', wholeNumber)
    .option('--partitions <n>', 'partitions of topics that do not exist yet (default 4)')
    .option('--no-training', 'train no models at the ends of quarters')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb up\n  ebb up --for 60s --data /tmp/shop\n\nA shop of 20,000 customers has about 158 purchases a day, so its clock runs at 720 times real time: half a minute is six hours. It goes on where it stopped.',
    )
    .action(async (flags: UpFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      const started = performance.now();
      await using place = await openWorkplace(config);
      await refuseUnderReset(place.log, shop);
      const signalled = untilSignalled();
      const stopped =
        flags.for === undefined ? signalled : AbortSignal.any([signalled, AbortSignal.timeout(flags.for)]);
      const failed = new AbortController();
      const signal = AbortSignal.any([stopped, failed.signal]);
      const name = physicalName(shop, topics.syntheticShop.name);
      const partitions = await partitionsOf(place.log, name, config.partitions);
      const posted = physicalName(shop, topics.posted.name);
      await place.log.create([
        { name, partitions, cleanup: topics.syntheticShop.cleanup },
        // So that what is posted is read from the start.
        {
          name: posted,
          partitions: await partitionsOf(place.log, posted, config.partitions),
          cleanup: topics.posted.cleanup,
        },
      ]);
      const live = liveRegion();
      const { dashboardBeside } = await import('./dashboard/serve.ts');
      const generated = await observing({ config, shop, command: 'up', live }, async (observer) => {
        const pipeline = await startPipeline({ place, shop, signal, sinks: true, onEvent: observer.onEvent });
        observer.watch(pipeline);
        await using dashboard = await dashboardBeside(place, shop, observer.log, live.above);
        let progress: GeneratorProgress | undefined;
        const { customers, seed } = flags;
        const generating = runGenerator({
          ...(customers === undefined ? {} : { customers }),
          ...(seed === undefined ? {} : { seed }),
          log: place.log,
          registry: place.registry,
          shop,
          preset: 'shop',
          history: HISTORY_DAYS,
          clock: flags.speed === 'max' ? 'max' : { factor: flags.speed },
          partitions: config.partitions,
          signal,
          now: Date.now,
          onProgress: (state) => {
            progress = state;
          },
        });
        const glance = glanceAt(config, shop);
        const show = (): void =>
          live.show(
            [
              statusText(shop, pipeline.status(), performance.now() - started),
              `${dim('shop clock', process.stderr)}  ${progress === undefined ? '' : generatorText(progress)}${progress?.phase === 'live' ? dim(`  (${flags.speed}× real time)`, process.stderr) : ''}`,
              glance.text,
              ...(dashboard === undefined ? [] : [`${dim('dashboard', process.stderr)}  ${dashboard.url}`]),
              dim('Ctrl-C finishes the commit in hand; ebb up goes on from there.', process.stderr),
              dim(
                'Meanwhile, elsewhere: npx ebb query "select * from client_profiles order by spend desc limit 5"',
                process.stderr,
              ),
            ].join('\n'),
          );
        const timer = setInterval(show, 500);
        const glancing = setInterval(() => void glance.refresh(), 2_000);
        const stopAll = (error: unknown): never => {
          failed.abort();
          throw error;
        };
        try {
          for (const result of await Promise.allSettled([generating.catch(stopAll), pipeline.done.catch(stopAll)])) {
            if (result.status === 'rejected') throw result.reason;
          }
        } finally {
          clearInterval(timer);
          clearInterval(glancing);
          live.done();
        }
        return generating;
      });
      const seconds = (performance.now() - started) / 1000;
      const summary = await summarise(config, shop);
      if (flags.json === true) console.log(JSON.stringify({ shop, generated, ...summary, seconds }));
      else
        console.log(
          `\nShop ${bold(shop, process.stdout)} in ${config.data}\n${summaryText(summary, { rowsIn: generated.total, seconds, live: true })}`,
        );
    });
}

/** A glance at the tables, not a result: while they are being made or are busy, it stays as it was. */
function glanceAt(config: Config, shop: string) {
  const glance = {
    text: '',
    async refresh(): Promise<void> {
      try {
        await using tables = await tablesIfThere(config);
        if (tables !== undefined) glance.text = await lastHours(tables, shop);
      } catch {
        // Whoever writes them says what is wrong.
      }
    },
  };
  return glance;
}
