import { type Command, InvalidArgumentError, Option } from 'commander';
import { DAY } from '../../datasets/civil.ts';
import { HORIZON_DAYS } from '../churn/examples.ts';
import type { Engine } from '../churn/model.ts';
import type { AskedDates } from '../churn/training-dates.ts';
import { configOf, dayOf, untilSignalled, wholeNumber, withCommon } from './command.ts';
import { bar, count, liveRegion } from './terminal.ts';
import { appendModels } from './train/append-models.ts';
import { appointmentAt } from './train/appointment.ts';
import { reportText, unpredictable } from './train/report.ts';
import { studyColumn, studyDates } from './train/study.ts';
import { kinds } from './train/train-models.ts';
import { appendOfResults, tableResults } from './train/write-results.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

interface TrainFlags {
  readonly train?: readonly number[];
  readonly calibrate?: number;
  readonly test?: number;
  readonly until?: number;
  readonly horizon: number;
  readonly engine: Engine;
  readonly seed: number;
  readonly labelColumn?: string;
  readonly json?: boolean;
}

/** Of the bootstrap of each interval. */
const SAMPLES = 500;

export function trainCommand(program: Command): void {
  withCommon(program.command('train'), { shop: 'demo' })
    .description('train the churn models of a shop, and say how good they are on a day that they have not seen')
    .option(
      '--train <days>',
      'days of which to learn, 2024-01-31,… (default the six month ends before --calibrate)',
      days,
    )
    .option(
      '--calibrate <day>',
      'day on which scores become probabilities (default the last month end that will do)',
      day,
    )
    .option('--test <day>', 'day on which models are tested (default the last month end whose horizon is over)', day)
    .option('--until <day>', 'as if the data ended with this day', day)
    .option('--horizon <days>', 'who buys nothing for so long has left', horizon, HORIZON_DAYS)
    .addOption(
      new Option('--engine <name>', 'what trains: own trainers, or the packages of mljs on samples')
        .choices(['fast', 'mljs'])
        .default('fast'),
    )
    .addOption(
      new Option(
        '--label-column <name>',
        'a column of the raw rows that says who left (1 or 0), instead of who bought nothing',
      ).conflicts(['train', 'calibrate', 'test']),
    )
    .option('--seed <n>', 'of all random numbers: the same data and seed give the same models', wholeNumber, 1)
    .option('--json', 'print the results as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb train --shop cdnow\n  ebb train --shop cdnow --train 1997-09-30,1997-10-31 --calibrate 1997-12-31 --test 1998-03-31\n  ebb query "select model, auc, brier, calibration_error from model_results"',
    )
    .action(async (flags: TrainFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      await refuseUnderReset(place.log, shop);
      const signal = untilSignalled();
      const live = liveRegion();
      const progress = trainingProgress((text) => live.show(text));
      const { horizon: horizonDays, engine, seed, until, labelColumn } = flags;
      // Live scores are of the usual horizon, and by models that learn from purchases too.
      const deploy = engine === 'fast' && horizonDays === HORIZON_DAYS;
      const onProgress = progress.trained;
      const training = { engine, horizonDays, seed, samples: SAMPLES, deploy, signal, onProgress };
      const options = { shop, until, signal, onProgress: progress.read, training };
      try {
        const { head, results, candidates } = await (labelColumn === undefined
          ? studyDates(place, askedIn(flags), options)
          : studyColumn(place, labelColumn, options));
        const beside = [await appendOfResults(place, shop, results)];
        const appended = await appendModels({ place, shop, signal, beside }, (from, known) =>
          appointmentAt(known, candidates, from),
        );
        await tableResults(place, shop, signal);
        live.done();
        const notes = [...unpredictable(results), ...appended.made.reasons, ...appended.notes];
        console.log(flags.json === true ? JSON.stringify({ shop, results, notes }) : reportText(head, results, notes));
      } catch (error) {
        if (!signal.aborted) throw error;
        console.error('Stopped: nothing was trained, and models that are in force stay so.');
        process.exitCode = 130;
      } finally {
        live.done();
      }
    });
}

/** Absent flags are absent keys. */
function askedIn({ train, calibrate, test }: TrainFlags): AskedDates {
  return {
    ...(train === undefined ? {} : { train }),
    ...(calibrate === undefined ? {} : { calibrate }),
    ...(test === undefined ? {} : { test }),
  };
}

/** What is shown while it goes on. */
function trainingProgress(show: (text: string) => void) {
  const started = performance.now();
  const shares = new Map<number, number>();
  const works = 2 * kinds.length + 2;
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  return {
    read: (records: number) => show(`reading examples  ${count(records)}  ${seconds()}`),
    trained(work: number, share: number) {
      shares.set(work, share);
      const done = [...shares.values()].reduce((sum, one) => sum + one, 0);
      show(`training and testing  ${bar(done, works)}  ${seconds()}`);
    },
  };
}

/** Local day from 1970-01-01. @throws InvalidArgumentError */
function day(text: string): number {
  return dayOf(text) / DAY;
}

function days(text: string): readonly number[] {
  return text.split(',').map((one) => day(one.trim()));
}

/** `90d`. @throws InvalidArgumentError */
function horizon(text: string): number {
  const found = /^(\d{1,4})d$/.exec(text);
  const value = Number(found?.[1] ?? 0);
  if (value < 1) throw new InvalidArgumentError('a horizon is a number of days, such as 90d.');
  return value;
}
