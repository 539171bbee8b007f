import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { silenceModel } from '../churn/models.testing.ts';
import { query, testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk } from './ebb.testing.ts';
import { putModels } from './put-models.testing.ts';
import { scoredShop } from './scored-shop.testing.ts';

const data = join(testFolder(), 'data');

beforeAll(() => scoredShop(data, 'demo'), 240_000);

/** The customer with the most to lose. */
async function atRisk(): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await query(data, 'select * from churn_scores order by expected_loss desc, customer_id limit 1');
  return row ?? {};
}

describe('ebb score', () => {
  it('says of a customer what the table says, and what is known beside it', async () => {
    const row = await atRisk();
    const { stdout } = await ebbOk('score', String(row.customer_id), '--json', '--data', data);
    const { score, unscored, profile, predictions } = JSON.parse(stdout);
    expect(score).toMatchObject({
      ...{ customerId: row.customer_id, asOf: row.as_of, probability: row.probability, band: row.band },
      ...{ version: 'silent', expectedLoss: row.expected_loss, reasons: JSON.parse(String(row.reasons)) },
    });
    expect(score.expectedLoss).toBe(score.probability * score.expectedSpend);
    expect(unscored).toBeNull();
    expect(profile).toMatchObject({ customerId: row.customer_id, currency: 'USD' });
    const rows = await query(
      data,
      `select count(*) as n, count(distinct version) as versions from predictions where customer_id = '${row.customer_id}'`,
    );
    expect(rows).toEqual([{ n: predictions.length, versions: 2 }]);
    // Of a month end long ago it is known what came of it, and of the last one it is not.
    expect([0, 1]).toContain(predictions.at(-1).label);
    expect(predictions[0].label).toBeNull();
  });

  it('says it in words', async () => {
    const { customer_id: id, band } = await atRisk();
    const { stdout } = await ebbOk('score', String(id), '--data', data);
    expect(stdout).toMatch(new RegExp(`^Customer ${id} of shop demo\nchurn +${band}: \\d+ % that nothing is bought`));
    expect(stdout).toMatch(/because +(silent|bought|\d+ purchase)/);
    expect(stdout).toMatch(/expected loss US\$\d/);
    expect(stdout).toMatch(/month end +\d+ % +logistic_regression +silent +champion +not known yet/);
  });

  it('is what `tail` shows, as of the newest score', async () => {
    const { customer_id: id, as_of: asOf } = await atRisk();
    const { stdout } = await ebbOk(
      'tail',
      'churn-scores',
      '--from',
      'start',
      '--limit',
      '100000',
      '--json',
      '--data',
      data,
    );
    const lines: readonly { readonly key: string; readonly value: { readonly asOf: string } }[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.findLast(({ key }) => key === id)?.value.asOf).toBe(asOf);
  });

  it('says what to do where there is no such customer, shop or log', async () => {
    const failing = (...args: readonly string[]) => ebb('score', ...args);
    expect(await failing('nobody', '--data', data)).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(
        /^ebb: shop demo has no customer nobody: its customers are such as C\d+, C\d+, C\d+\n/,
      ),
    });
    expect(await failing('C000001', '--shop', 'nowhere', '--data', data)).toMatchObject({
      stderr: expect.stringContaining('shop nowhere has no topics; there are shops demo'),
    });
    expect(await failing('C000001', '--data', `${data}-not`)).toMatchObject({
      stderr: expect.stringContaining('there is no log at'),
    });
  });
});

describe('ebb score, where there is no model', () => {
  it('says since when there could be one, and why those that there are may not score', async () => {
    const young = join(data, 'young');
    const rows = ['--preset', 'shop', '--customers', '300', '--start', '2024-01-01', '--history', '60'];
    await ebbOk('generate', '--data', young, ...rows, '--count', '500', '--speed', 'max');
    await ebbOk('run', '--until-caught-up', '--data', young);
    const [row] = await query(young, 'select customer_id, band, probability from churn_scores limit 1');
    expect(row).toMatchObject({ band: 'UNSCORED', probability: null });
    const { stdout } = await ebbOk('score', String(row?.customer_id), '--data', young);
    expect(stdout).toMatch(/churn +UNSCORED: needs \d+ more days of history; `ebb train --shop demo` trains models/);

    const objection = 'its probabilities do not hold everywhere';
    await putModels(young, 'demo', [silenceModel('first', { role: 'CHALLENGER', objection })]);
    const why = `logistic_regression first is no champion: ${objection}`;
    const customer = await ebbOk('score', String(row?.customer_id), '--data', young);
    expect(customer.stdout).toContain(`UNSCORED: no model may score customers alone yet; ${why}`);
    const promoted = await ebb('models', 'promote', 'first', '--data', young);
    expect([promoted.code, promoted.stderr]).toEqual([1, expect.stringContaining(`${objection}. --force promotes`)]);
    const models = await ebbOk('models', '--data', young);
    expect(models.stdout).toContain(
      `No champion: customers are UNSCORED until a model may score them alone.\n${why}\n`,
    );
  });
});

describe('ebb churn plan', () => {
  const plan = (...flags: readonly string[]) => ebb('churn', 'plan', '--data', data, ...flags);
  const terms = ['--offer-cost', '5', '--margin', '30%', '--save-rate', '10%'];

  it('makes offers to customers with a purchase within 180 days who are expected to gain, within the budget', async () => {
    const { stdout } = await plan('--budget', '50', ...terms, '--json');
    const made = JSON.parse(stdout);
    const rows = await query(data, 'select * from churn_scores where active_180 = 1 and probability is not null');
    const scores = new Map(rows.map((row) => [row.customer_id, row]));
    expect(made.customers.length).toBeGreaterThan(5);
    for (const { customerId, probability: p, value, cost, gain } of made.customers) {
      expect(p).toBe(scores.get(customerId)?.probability);
      expect(value).toBeCloseTo((0.3 * Number(scores.get(customerId)?.expected_spend)) / 100, 9);
      expect(gain).toBeCloseTo(p * 0.1 * value - 5 * (1 - p * 0.9), 9);
      expect(gain).toBeGreaterThan(0);
      expect(cost).toBeCloseTo(5 * (1 - p * 0.9), 9);
    }
    expect(made.cost).toBeLessThanOrEqual(50);
    expect(made).toMatchObject({ currency: 'USD', caveat: 'correlation, not uplift' });
  });

  it('says the save rate that breaks even, and what it does not know', async () => {
    const { stdout } = await plan('--budget', '50', ...terms);
    expect(stdout).toMatch(/breaks even +at a save rate of \d+\.\d %/);
    expect(stdout).toContain('Correlation, not uplift');
    expect((await plan('--budget', '50', ...terms.slice(0, 4), '--save-rate', '0.01%')).stdout).toMatch(
      /breaks even +at a save rate of \d\.\d % for the best of them, and no offer pays at 0\.0 %/,
    );
  });

  it('is a file for whoever sends the offers, which holds out the same customers every time', async () => {
    const csv = async (...flags: readonly string[]) =>
      (await plan('--budget', '1000', ...terms, '--holdout', '30%', '--csv', ...flags)).stdout;
    const text = await csv();
    const [header, ...lines] = text.trim().split('\n');
    expect(header).toBe(
      'customer_id,group,probability,value,expected_cost,expected_gain,break_even_save_rate,currency,as_of,recency,reason',
    );
    const held = lines.filter((line) => line.split(',')[1] === 'holdout');
    expect(held.length / lines.length).toBeGreaterThan(0.1);
    expect(held.length / lines.length).toBeLessThan(0.5);
    expect(await csv()).toBe(text);
    expect(await csv('--seed', '2')).not.toBe(text);
  });

  it('is refused where it makes no sense, with what to do', async () => {
    expect((await plan('--budget', '50', ...terms.slice(0, 4))).stderr).toContain(
      "'--save-rate <share>' not specified",
    );
    expect((await plan('--budget', '50', ...terms, '--holdout', '30')).stderr).toContain('a share is needed');
    expect((await plan('--budget', '50', ...terms, '--currency', 'EUR')).stderr).toContain('they do in USD');
  });
});

describe('model-metrics', () => {
  it('are what predictions and purchases in the tables say, for each version and month end that is over', async () => {
    const days = await query(
      data,
      "select customer_id as id, group_concat(distinct local_date) as days from ecommerce_events where kind = 'PURCHASE' group by 1",
    );
    const bought = new Map(days.map(({ id, days }) => [id, String(days).split(',')]));
    const predicted = await query(
      data,
      `select customer_id as id, version, as_of, date(as_of, '+90 days') as until, probability from predictions
       where \`trigger\` = 'GRID' and until < '2025-05-14'`,
    );
    const outcomes = predicted.map(({ id, version, as_of: asOf, until, probability }) => ({
      ...{ of: `${version} ${String(asOf).slice(0, 7)}`, score: Number(probability) },
      left: bought.get(id)?.some((day) => day > String(asOf) && day <= String(until)) !== true,
    }));
    const metrics = await query(data, 'select * from model_metrics where role is not null');
    const found = new Map(metrics.map((row) => [`${row.version} ${row.month}`, row]));
    const expected = Map.groupBy(outcomes, ({ of }) => of);
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    expect(found.size).toBe(2 * 8);
    for (const [of, rows] of expected) {
      const [left, stayed] = [rows.filter((one) => one.left), rows.filter((one) => !one.left)];
      const pairs = left.flatMap((one) =>
        stayed.map(({ score }) => (one.score > score ? 1 : one.score === score ? 0.5 : 0)),
      );
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(found.get(of)).toMatchObject({ tested_rows: rows.length, churned: left.length / rows.length });
      expect(found.get(of)?.auc).toBeCloseTo(mean(pairs), 9);
      expect(found.get(of)?.brier).toBeCloseTo(mean(rows.map(({ score, left }) => (score - (left ? 1 : 0)) ** 2)), 9);
    }
  });

  it('have both baselines beside the models, and intervals around all', async () => {
    const rows = await query(data, 'select * from model_metrics');
    for (const [month, all] of Map.groupBy(rows, (row) => row.month)) {
      expect(all.map(({ model }) => model).sort(), String(month)).toEqual([
        ...['bg_nbd', 'decision_tree', 'logistic_regression', 'recency'],
      ]);
      for (const row of all) {
        expect(Number(row.auc_low)).toBeLessThanOrEqual(Number(row.auc));
        expect(Number(row.auc_high)).toBeGreaterThanOrEqual(Number(row.auc));
        expect(row.log_loss === null).toBe(row.model === 'recency');
      }
    }
  });
});

describe('ebb models promote', () => {
  it('has another kind score the customers only if it was better at what both scored live', async () => {
    const verdict =
      'decision_tree does not take the place of logistic_regression: its log loss is \\d\\.\\d+ higher on \\d+ rows of \\d+ customers';
    const { stdout } = await ebbOk('models', 'compare', '--data', data);
    expect(stdout).toMatch(new RegExp(`^ +silent +tree *\n.*By what both scored live:\n${verdict}\n$`, 's'));
    expect(await ebb('models', 'promote', 'tree', '--data', data)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `^ebb: decision_tree tree does not take the place of logistic_regression silent; --force .*:\n  ${verdict}\n$`,
        ),
      ),
    });
  });
});
