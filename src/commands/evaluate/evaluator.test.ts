import { expect, it } from 'vitest';
import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { type OutcomesShop, openOutcomesShop, shop, topic } from '../outcomes-shop.testing.ts';
import { lastValues } from '../read-values.ts';
import { metricsSpec, startEvaluator } from './evaluator.ts';

const over = Date.UTC(2024, 3, 30);

/** Of the end of January, by two models; customers with an even number leave. */
function outcomes(from: number, to: number): readonly ChurnOutcome[] {
  return Array.from({ length: to - from }, (_, index) => from + index).flatMap((n) =>
    (['a', 'b'] as const).map((version): ChurnOutcome => {
      const label = n % 2 === 0 ? 1 : 0;
      return {
        ...{ customerId: `c${n}`, asOf: '2024-01-31', month: '2024-01', trigger: 'GRID', model: 'linear_svc', version },
        ...{ role: version === 'a' ? 'CHAMPION' : 'CHALLENGER', probability: version === 'a' ? label : 1 / (n + 2) },
        ...{ label, horizonDays: 90, active180: true, recency: n, frequency: 1 + (n % 3), tenure: n + 10, time: over },
      };
    }),
  );
}

/** Runs an evaluator until it has nothing left to do. Gives how many records of metrics there are then, and the last of each key. */
async function evaluated({ place }: OutcomesShop) {
  const stop = new AbortController();
  const evaluator = startEvaluator({ place, shop, outcomes: topic, signal: stop.signal });
  await Promise.race([evaluator.caughtUp(stop.signal), evaluator.done]);
  stop.abort();
  await evaluator.done;
  const written = (await place.log.topics()).find(({ name }) => name === metricsSpec(shop).name)?.offsets[0]?.end;
  return { written, metrics: await lastValues(place, shop, topics.modelMetrics) };
}

it('evaluates a month when all partitions are past its end, and once', async () => {
  const made = await openOutcomesShop();
  await made.write(0, outcomes(0, 20), over + 1);
  await made.write(1, outcomes(20, 40), over - 1);
  expect((await evaluated(made)).written).toBe(0);
  await made.write(1, [], over + 1);
  const { written, metrics } = await evaluated(made);
  expect([...metrics.keys()].sort()).toEqual([
    ...['bg_nbd/2024-01-31/2024-01', 'linear_svc/a/2024-01', 'linear_svc/b/2024-01', 'recency/2024-01-31/2024-01'],
  ]);
  expect(metrics.get('linear_svc/a/2024-01')).toMatchObject({
    ...{
      role: 'CHAMPION',
      horizonDays: 90,
      time: over,
      testedRows: 40,
      churned: 0.5,
      activeRows: 40,
      auc: 1,
      brier: 0,
    },
  });
  expect(await evaluated(made)).toEqual({ written, metrics });
});

it('comes to the same in whatever order outcomes are on the log', async () => {
  const [one, other] = [await openOutcomesShop(), await openOutcomesShop()];
  await one.write(0, outcomes(0, 40), over + 1);
  await one.write(1, [], over + 1);
  await other.write(1, [...outcomes(20, 40)].reverse(), over - 1);
  await other.write(0, outcomes(0, 20), over + 1);
  await other.write(1, [], over + 1);
  expect((await evaluated(other)).metrics).toEqual((await evaluated(one)).metrics);
});

it('evaluates a month anew when outcomes of older data come later', async () => {
  const made = await openOutcomesShop();
  await made.write(0, outcomes(0, 20), over + 1);
  await made.write(1, [], over + 1);
  await evaluated(made);
  await made.write(1, outcomes(20, 30), over + 2);
  const { metrics } = await evaluated(made);
  expect(metrics.get('linear_svc/b/2024-01')?.testedRows).toBe(30);
  expect(metrics.get('recency/2024-01-31/2024-01')?.testedRows).toBe(30);
});

it('leaves out purchases, of which a customer has many', async () => {
  const made = await openOutcomesShop();
  await made.write(
    0,
    [...outcomes(0, 20), ...outcomes(0, 20).map((one) => ({ ...one, trigger: 'PURCHASE' as const }))],
    over + 1,
  );
  await made.write(1, [], over + 1);
  expect((await evaluated(made)).metrics.get('linear_svc/a/2024-01')?.testedRows).toBe(20);
});
