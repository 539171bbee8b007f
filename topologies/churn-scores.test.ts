import { describe, expect, it } from 'vitest';
import type { ChurnScore, Event } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import type { Model } from '../src/churn/model.ts';
import { recordOf } from '../src/churn/model-record.ts';
import { silenceModel, treeModel } from '../src/churn/models.testing.ts';
import { type TestDriver, testTopology } from '../src/engine/testing.ts';
import { BEGINNING } from '../src/engine/tick.ts';
import { bought, midnight, train } from './churn.testing.ts';
import { churnScores } from './churn-scores.ts';

const only = (driver: TestDriver, customer = 'anna'): ChurnScore => {
  const score = driver.table(topics.churnScores).get(customer);
  if (score === undefined) throw new Error(`no score of ${customer}`);
  return score;
};

async function live(events: readonly Event[], until: string, ...models: readonly Model[]): Promise<TestDriver> {
  const driver = await testTopology(churnScores(['UTC']));
  if (models.length > 0) train(driver, ...models);
  driver.tick(topics.events, BEGINNING);
  driver.send(topics.events, ...events);
  driver.tick(topics.events, midnight(until));
  driver.run();
  return driver;
}

describe('churn scores', () => {
  it('say, before there is a model, how many days are missing, and predict nothing', async () => {
    const driver = await live([bought('2024-01-10')], '2024-02-10');
    expect(only(driver)).toMatchObject({
      ...{ asOf: '2024-02-09', trigger: 'SILENCE', probability: null, band: 'UNSCORED', model: null, version: null },
      reasons: [{ code: 'NO_MODEL', contribution: 0, text: 'needs 202 more days of history' }],
    });
    expect(driver.read(topics.predictions)).toEqual([]);
  });

  it('carry what the champion says, why, and what is at stake', async () => {
    const events = [bought('2024-01-10', { amount: 3000 }), bought('2024-01-20', { amount: 1000 })];
    const driver = await live(events, '2024-01-28', treeModel('tree'));
    expect(only(driver)).toEqual({
      ...{ customerId: 'anna', asOf: '2024-01-27', trigger: 'SILENCE', time: midnight('2024-01-28') },
      ...{ probability: 0.2, band: 'LOW', model: 'decision_tree', version: 'tree', horizonDays: 90 },
      reasons: [
        {
          code: 'SILENCE_AND_RHYTHM',
          contribution: Math.log(0.2 / 0.8),
          text: 'silent 7 days; usual gap 10',
        },
        { code: 'VALUE_AND_FREQUENCY', contribution: 0, text: '2 purchases; 20 on average' },
        { code: 'RECENT_ACTIVITY', contribution: 0, text: '2 purchases in the last 90 days, 0 in the 90 before' },
      ],
      ...{ previous: 0.2, trend: 0, recency: 7, frequency: 2, active180: true },
      ...{ expectedSpend: 4000, expectedLoss: 800, currency: 'EUR', partition: 0, offset: 2 },
    });
  });

  it('rise with silence, step by step, and fall with the next purchase at once, before its day has ended', async () => {
    const driver = await live([bought('2024-01-10')], '2024-01-11', silenceModel('a', { weight: 2 }));
    const seen = [only(driver)];
    for (const date of ['2024-01-12', '2024-01-18', '2024-03-11', '2024-07-09']) {
      driver.tick(topics.events, midnight(date));
      driver.run();
      seen.push(only(driver));
    }
    expect(seen.map(({ asOf, trigger }) => `${asOf} ${trigger}`)).toEqual([
      '2024-01-10 PURCHASE',
      '2024-01-11 SILENCE',
      '2024-01-17 SILENCE',
      '2024-03-10 SILENCE',
      '2024-07-08 SILENCE',
    ]);
    const risk = seen.map(({ probability }) => probability ?? Number.NaN);
    expect(risk).toEqual(risk.toSorted((a, b) => a - b));
    expect(new Set(risk).size).toBe(5);
    expect(seen.at(-1)?.trend).toBeGreaterThan(0);
    driver.send(topics.events, bought('2024-07-09'));
    driver.run();
    expect(only(driver)).toMatchObject({ asOf: '2024-07-09', trigger: 'PURCHASE', recency: 0, frequency: 2 });
    expect(only(driver).probability).toBeLessThan(risk.at(-1) ?? 0);
    expect(only(driver).trend).toBeLessThan(0);
  });

  it('are the newer model’s from its moment on, without a restart', async () => {
    const to = { inForceFrom: midnight('2024-02-20') };
    const driver = await live([bought('2024-01-10')], '2024-06-30', silenceModel('a'), treeModel('b', to));
    expect(driver.read(topics.predictions).map(({ asOf, version, role }) => `${asOf} ${version} ${role}`)).toEqual([
      '2024-01-10 a CHAMPION',
      '2024-01-31 a CHAMPION',
      '2024-02-29 b CHAMPION',
      '2024-03-31 b CHAMPION',
      '2024-04-30 b CHAMPION',
      '2024-05-31 b CHAMPION',
    ]);
    expect(only(driver)).toMatchObject({ version: 'b', probability: 0.9, band: 'LOST' });
  });

  it('wait for models that are to be trained yet', async () => {
    const driver = await testTopology(churnScores(['UTC']));
    driver.tick(topics.models, midnight('2024-01-20'));
    driver.tick(topics.events, BEGINNING);
    driver.send(topics.events, bought('2024-01-10'));
    driver.close(topics.events, midnight('2024-03-01'));
    driver.run();
    expect(only(driver)).toMatchObject({ asOf: '2024-01-17', band: 'UNSCORED' });
    driver.send(topics.models, recordOf(treeModel('b', { inForceFrom: midnight('2024-01-20') })));
    driver.close(topics.models, midnight('2024-01-20'));
    driver.run();
    expect(only(driver)).toMatchObject({ asOf: '2024-02-29', version: 'b', band: 'LOST' });
    expect(driver.tasks[0]?.closed).toBe(true);
  });

  it('end with the data: what they do not reach is not silence', async () => {
    const driver = await testTopology(churnScores(['UTC']));
    train(driver, silenceModel('a'));
    driver.send(topics.events, bought('2024-01-10'));
    driver.close(topics.events, midnight('2024-01-15'));
    driver.run();
    expect(only(driver).asOf).toBe('2024-01-13');
  });
});
