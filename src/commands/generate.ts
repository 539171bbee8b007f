import { type Command, Option } from 'commander';
import {
  type GeneratorProgress,
  type GeneratorSummary,
  type Preset,
  runGenerator,
} from '../../connectors/sources/generator/runner.ts';
import { configOf, dayOf, duration, speed, untilSignalled, wholeNumber, withCommon } from './command.ts';
import { paceText } from './pace.ts';
import { bar, bold, count, dim, liveRegion, moment } from './terminal.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

interface GenerateFlags {
  readonly preset: Preset;
  readonly seed?: number;
  readonly customers?: number;
  readonly start?: number;
  readonly history?: number;
  readonly speed: 'max' | number;
  readonly rate?: number;
  readonly count?: number;
  readonly for?: number;
  readonly json?: boolean;
}

export function generateCommand(program: Command): void {
  withCommon(program.command('generate'), { shop: 'demo' })
    .description('write synthetic data into the log: a history at full speed, then live')
    .addOption(
      new Option('--preset <name>', 'transactions: made-up sales; shop: customers who live and leave')
        .choices(['transactions', 'shop'])
        .default('transactions'),
    )
    .option('--seed <n>', 'same seed, customers and start: same bytes (default 1)', wholeNumber)
    .option('--customers <n>', 'preset shop: customers acquired in two years (default 20000)', wholeNumber)
    .option('--start <date>', 'first day, such as 2024-01-01 (default: so that the history ends today)', dayOf)
    .option(
      '--history <days>',
      'days to write at full speed first (default 730 for shop, 0 for transactions)',
      wholeNumber,
    )
    .option('--speed <factor>', 'pace of what follows: max, or a factor of real time such as 720x', speed, 1)
    .option('--rate <n>', 'preset transactions: records per second of event time (default 100)', Number)
    .option('--count <n>', 'end for good after so many records, those of earlier runs included', wholeNumber)
    .option('--for <duration>', 'stop after this long, such as 30s; the next run goes on from there', duration)
    .option('--partitions <n>', 'partitions of topics that do not exist yet (default 4)')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb generate --rate 500\n  ebb generate --preset shop --speed 720x\n  ebb generate --count 100000 --speed max',
    )
    .action(async (flags: GenerateFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config);
      await refuseUnderReset(place.log, shop);
      const stopped = untilSignalled();
      const signal = flags.for === undefined ? stopped : AbortSignal.any([stopped, AbortSignal.timeout(flags.for)]);
      const live = liveRegion();
      const started = performance.now();
      let summary: GeneratorSummary;
      try {
        summary = await runGenerator({
          ...settingsOf(flags),
          log: place.log,
          registry: place.registry,
          shop,
          preset: flags.preset,
          history: flags.history ?? (flags.preset === 'shop' ? 730 : 0),
          clock: flags.speed === 'max' ? 'max' : { factor: flags.speed },
          count: flags.count,
          partitions: config.partitions,
          signal,
          now: Date.now,
          onProgress: (progress) =>
            live.show(
              `${bold(`Generating ${flags.preset}`, process.stderr)}  ${generatorText(progress)}  ${paceOfHistory(progress, performance.now() - started)}`,
            ),
        });
      } finally {
        live.done();
      }
      const seconds = (performance.now() - started) / 1000;
      if (flags.json === true) console.log(JSON.stringify({ shop, preset: flags.preset, ...summary, seconds }));
      else {
        const more =
          summary.ended === 'signal' ? 'the next run goes on from there' : 'that was all that --count asked for';
        console.log(
          `${count(summary.written)} records into shop ${shop} in ${seconds.toFixed(1)} s (${count(summary.written / seconds)}/s), up to ${moment(summary.eventTime ?? Number.NaN)}; ${count(summary.total)} in all; ${more}.`,
        );
      }
    });
}

/** What was not said stays as the shop's first run had it. */
function settingsOf({
  seed,
  customers,
  start,
  rate,
}: GenerateFlags): Pick<GenerateFlags, 'seed' | 'customers' | 'start' | 'rate'> {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(customers === undefined ? {} : { customers }),
    ...(start === undefined ? {} : { start }),
    ...(rate === undefined ? {} : { rate }),
  };
}

function paceOfHistory({ written, share, phase }: GeneratorProgress, elapsed: number): string {
  if (phase === 'waiting') return '';
  const known = phase === 'history' ? share : undefined;
  return dim(paceText({ done: written, share: known, elapsed }, 'records'), process.stderr);
}

export function generatorText({ written, eventTime, share, phase }: GeneratorProgress): string {
  if (phase === 'waiting') return 'another process is generating this shop; waiting to take over';
  return `${phase === 'history' ? `history ${bar(share, 1)}` : 'live'}  ${count(written)} records  ${dim(moment(eventTime ?? Number.NaN), process.stderr)}`;
}
