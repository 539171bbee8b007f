import { dateText } from '../../../datasets/civil.ts';
import type { Candidate } from '../../churn/appoint.ts';
import { columnOf } from '../../churn/baselines.ts';
import { probabilitiesOf } from '../../churn/learn.ts';
import { type Stratum, uncalibratedStrata } from '../../churn/strata.ts';
import { refitDates } from '../../churn/training-dates.ts';
import type { ExamplesOnLog } from './open-examples.ts';
import type { TrainedModel, Training } from './train-models.ts';

/** The deployed models of a training, with what is known of how good they are. */
export function candidatesOf(
  { dates, split, models, baselines }: Training,
  { topic, offsets }: Pick<ExamplesOnLog, 'topic' | 'offsets'>,
  horizonDays: number,
): readonly Candidate[] {
  const recency = baselines.find(({ baseline }) => baseline === 'recency');
  const { train, calibrate } = refitDates(dates);
  const positions = offsets.map((offset, partition) => ({ topic, partition, offset }));
  return models.flatMap((trained): Candidate[] => {
    const { deployed, evaluated, tested } = trained;
    if (deployed === undefined) return [];
    const { auc, aucActive180, logLoss, brier, calibrationError } = tested;
    return [
      {
        model: {
          ...deployed.model,
          version: deployed.version,
          horizonDays,
          trainedOn: {
            positions,
            from: dateText(train[0] ?? 0),
            until: dateText(train.at(-1) ?? 0),
            calibratedOn: dateText(calibrate),
          },
          evaluation: {
            version: evaluated.version,
            testedOn: dateText(dates.test),
            rows: tested.rows,
            ...{ auc: known(auc), aucActive180: known(aucActive180), brier: known(brier), logLoss: known(logLoss) },
            calibrationError: known(calibrationError),
            threshold: known(deployed.threshold),
          },
        },
        backtest: { auc, aucActive180, logLoss, recencyAuc: recency?.tested.auc ?? Number.NaN },
        uncalibrated: uncalibratedOf(trained, split),
      },
    ];
  });
}

/** Of the tested model, on the day of the test and at the purchases that go with it. */
function uncalibratedOf(
  { evaluated, scores }: TrainedModel,
  { test, testPurchases }: Training['split'],
): readonly Stratum[] {
  const atPurchases = probabilitiesOf(evaluated.model, testPurchases);
  const both = (name: string) => joined(columnOf(test, name), columnOf(testPurchases, name));
  return uncalibratedStrata({
    probabilities: joined(scores, atPurchases),
    labels: Uint8Array.from(joined(test.labels, testPurchases.labels)),
    triggers: [...test.customers.map(() => 'GRID'), ...testPurchases.customers.map(() => 'PURCHASE')],
    frequency: both('frequency'),
    tenure: both('tenure'),
  });
}

function joined(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
