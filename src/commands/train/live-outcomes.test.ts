import { expect, it } from 'vitest';
import { DAY } from '../../../datasets/civil.ts';
import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { type OutcomesShop, openOutcomesShop, topic } from '../outcomes-shop.testing.ts';
import { LiveOutcomes } from './live-outcomes.ts';

const until = Date.UTC(2024, 8, 29);
const after = until - 90 * DAY;

/** By both kinds of model, known at a time. */
function outcomes(customerId: string, time: number): readonly ChurnOutcome[] {
  return (['linear_svc', 'random_forest'] as const).map((model) => ({
    ...{ customerId, asOf: '2024-05-31', month: '2024-05', trigger: 'GRID', model, version: model, role: 'CHALLENGER' },
    ...{ probability: 0.5, label: 1, horizonDays: 90, active180: true, recency: 1, frequency: 1, tenure: 1, time },
  }));
}

async function customersOf(live: LiveOutcomes, moments = { after, until }): Promise<readonly string[]> {
  const options = { ...moments, signal: new AbortController().signal, onWaiting: () => {} };
  const rows = await live.known(options);
  return rows.challenges('linear_svc', ['random_forest'], moments.until)[0]?.customers ?? [];
}

async function someOutcomes(): Promise<OutcomesShop> {
  const made = await openOutcomesShop();
  await made.write(0, [...outcomes('early', after), ...outcomes('first', after + 1)], until);
  await made.write(1, outcomes('last', until), until + 1);
  return made;
}

it('outcomes are waited for until all partitions are past the moment', async () => {
  const { place, write } = await someOutcomes();
  let given: readonly string[] | undefined;
  const asked = LiveOutcomes.open(place, topic).then(async (live) => {
    given = await customersOf(live);
  });
  await write(0, outcomes('in time', until), until);
  expect(given).toBeUndefined();
  await write(0, outcomes('too late', until + 1), until + 1);
  await asked;
  expect(given).toEqual(['first', 'in time', 'last']);
});

it('whoever starts anew, however far outcomes are by then, uses the same', async () => {
  const { place, write } = await someOutcomes();
  await write(0, [], until + 1);
  const live = await LiveOutcomes.open(place, topic);
  const next = { after: until, until: until + 90 * DAY };
  const early = [await customersOf(live)];
  await write(0, outcomes('later', until + DAY), next.until + 1);
  await write(1, outcomes('latest', next.until), next.until + 1);
  early.push(await customersOf(live, next));
  const late = await LiveOutcomes.open(place, topic);
  expect([await customersOf(late), await customersOf(late, next)]).toEqual(early);
  expect(early).toEqual([
    ['first', 'last'],
    ['later', 'latest'],
  ]);
});

it('whoever is told to stop while waiting does not take a part for all', async () => {
  const { place } = await someOutcomes();
  const stopped = new AbortController();
  const live = await LiveOutcomes.open(place, topic);
  const asked = live.known({ after, until, signal: stopped.signal, onWaiting: () => {} });
  stopped.abort();
  await expect(asked).rejects.toBe(stopped.signal.reason);
});
