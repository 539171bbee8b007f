import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY, dateText } from '../../datasets/civil.ts';
import { seededRandom } from '../churn/random.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';

const folder = testFolder();
const calm = join(folder, 'calm');
const file = join(folder, 'orders.csv');
const dataset = join(folder, 'orders.json');

interface Known {
  readonly version: string;
  readonly role: string;
  readonly kind: string;
  readonly inForceFrom: number;
  readonly evaluation: { readonly testedOn: string };
}

/** Fifteen months of 800 customers with rhythms of their own, who come all the time and leave after any purchase. */
function writeOrders(): void {
  const random = seededRandom(3);
  const first = Date.UTC(2023, 0, 1) / DAY;
  const orders: (readonly [day: number, customer: number])[] = [];
  for (let customer = 0; customer < 800; customer++) {
    const gap = 4 * 20 ** random();
    for (let day = first + 450 * random(); day < first + 455; day += gap * (0.7 + 0.6 * random())) {
      orders.push([Math.floor(day), customer]);
      if (random() < 0.15) break;
    }
  }
  orders.sort(([a], [b]) => a - b);
  const lines = orders.map(([day, customer], index) => `o${index},c${customer},${dateText(day)} 12:00:00,9.99`);
  writeFileSync(file, ['order,customer,time,amount', ...lines].join('\n'));
  writeFileSync(
    dataset,
    JSON.stringify({
      name: 'orders',
      title: 'Made-up orders',
      format: { kind: 'csv' },
      columns: { order: 'order', customer: 'customer', time: 'time', amount: 'amount' },
      time: { patterns: ['yyyy-MM-dd HH:mm:ss'] },
      currency: { code: 'EUR', digits: 2 },
      rows: { sorted: true },
      amount: 'column',
      kind: { constant: 'PURCHASE' },
    }),
  );
}

const replay = (data: string, ...flags: readonly string[]) => [
  'replay',
  file,
  '--dataset',
  dataset,
  '--run',
  '--data',
  data,
  ...flags,
];

async function modelsOf(data: string): Promise<readonly Known[]> {
  const { stdout } = await ebbOk('models', '--shop', 'orders', '--data', data, '--json');
  const models: readonly Known[] = JSON.parse(stdout);
  return models.map(({ version, role, kind, inForceFrom, evaluation }) => ({
    ...{ version, role, kind, inForceFrom, evaluation },
  }));
}

beforeAll(async () => {
  writeOrders();
  await ebbOk(...replay(calm, '--training'));
}, 240_000);

describe('models that a replay trains on its way', () => {
  it('are in force from the ends of quarters, as soon as there are days enough', async () => {
    const champions = (await modelsOf(calm)).filter(({ role }) => role !== 'RETIRED');
    expect(champions).toHaveLength(4);
    expect(champions.filter(({ role }) => role === 'CHAMPION')).toHaveLength(1);
    expect(champions[0]?.inForceFrom).toBe(Date.UTC(2024, 0, 1));
    const tested = new Set((await modelsOf(calm)).map(({ evaluation }) => evaluation.testedOn));
    expect([...tested].sort()).toEqual(['2023-06-30', '2023-09-30']);
  });

  it('are the same when the replay is killed, and none is trained twice', async () => {
    const data = join(folder, 'killed');
    for (let kills = 0; kills < 3; kills++) {
      const { child, ended } = startEbb(replay(data, '--training'));
      const running = { alive: true };
      ended.then(() => (running.alive = false));
      // Somewhere in the first training, in the second, and after.
      while (running.alive && (await modelsOf(data).catch(() => [])).length < 4 * kills) await sleep(50);
      await sleep(700);
      child.kill('SIGKILL');
      await ended;
    }
    await ebbOk(...replay(data, '--training'));
    expect(await modelsOf(data)).toEqual(await modelsOf(calm));
  }, 240_000);

  it('come later, to the same, where none were wanted at first', async () => {
    const data = join(folder, 'later');
    await ebbOk(...replay(data));
    expect(await ebb('models', '--shop', 'orders', '--data', data)).toMatchObject({
      code: 1,
      stderr: 'ebb: shop orders has no models yet: `ebb train --shop orders` trains some\n',
    });
    await ebbOk('run', '--shop', 'orders', '--data', data, '--until-caught-up');
    expect(await modelsOf(data)).toEqual(await modelsOf(calm));
  }, 120_000);
});
