import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model, Parameters } from '../churn/model.ts';
import { silenceModel, treeModel } from '../churn/models.testing.ts';
import { configOf } from './command.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { writeOrders } from './made-up-orders.testing.ts';
import { putModels } from './put-models.testing.ts';
import { readTrainer } from './train/models-topic.ts';
import { openWorkplace } from './workplace.ts';

const folder = testFolder();
const { file, dataset } = writeOrders(folder);
const overtaken = join(folder, 'overtaken');
const kept = join(folder, 'kept');
const killed = join(folder, 'killed');

/** The first two quarters' ends after which there are days enough to train. */
const [first, second] = [Date.UTC(2023, 9, 1), Date.UTC(2024, 0, 1)];
const inForceFrom = Date.UTC(2023, 3, 1);

/** Silent for 40 days: likely gone. */
const silence: Parameters = {
  form: 'trees',
  ...{ roots: [0], feature: [0, -1, -1], threshold: [40, 0, 0], left: [1, -1, -1], right: [2, -1, -1] },
  value: [0.5, 0.4, 0.9],
};
const trainedOn = { positions: [], from: '2023-01-31', until: '2023-03-31', calibratedOn: null };
const right = (role: Model['role']) => treeModel('right', { role, inForceFrom, trainedOn, parameters: silence });
/** The longer somebody is silent, the surer it is that they come. */
const wrong = (role: Model['role']) => silenceModel('wrong', { role, inForceFrom, trainedOn, weight: -1 });

/** A shop of which nothing has been computed, and two models that are in force from April on. */
async function shopWith(data: string, models: readonly Model[]): Promise<void> {
  await ebbOk('replay', file, '--dataset', dataset, '--data', data);
  await putModels(data, 'orders', models);
}

const churn = ['normalise-orders', 'churn-features', 'churn-scores', 'churn-outcomes', '--no-sinks'];
const run = (data: string) => ['run', ...churn, '--shop', 'orders', '--data', data, '--until-caught-up'];

/** What the log says of each training that made models, the first one first. */
async function reasonsOf(data: string): Promise<readonly (readonly string[])[]> {
  const { code, stderr } = await startEbb(run(data), '', { EBB_LOG_LEVEL: 'info', EBB_LOG_FORMAT: 'json' }).ended;
  expect(code).toBe(0);
  return stderr.split('\n').flatMap((line) => {
    const said: { readonly event?: string; readonly reasons?: readonly string[] } = line === '' ? {} : JSON.parse(line);
    return said.event === 'models-trained' ? [said.reasons ?? []] : [];
  });
}

type Known = Pick<Model, 'kind' | 'version' | 'role' | 'inForceFrom'>;

async function modelsOf(data: string): Promise<readonly Known[]> {
  const { stdout } = await ebbOk('models', '--shop', 'orders', '--data', data, '--json');
  const models: readonly Known[] = JSON.parse(stdout);
  return models.map(({ kind, version, role, inForceFrom }) => ({ kind, version, role, inForceFrom }));
}

/** Who scores customers from a moment on, of those that were appointed then: roles by kind. */
async function rolesAt(data: string, time: number): Promise<Readonly<Record<string, string>>> {
  const appointed = (await modelsOf(data)).filter(
    ({ inForceFrom, role }) => inForceFrom === time && role !== 'RETIRED',
  );
  return Object.fromEntries(appointed.map(({ kind, role }) => [kind, role]));
}

let reasons: Readonly<Record<'overtaken' | 'kept', readonly (readonly string[])[]>>;

beforeAll(async () => {
  await shopWith(overtaken, [wrong('CHAMPION'), right('CHALLENGER')]);
  await shopWith(kept, [right('CHAMPION'), wrong('CHALLENGER')]);
  cpSync(overtaken, killed, { recursive: true });
  reasons = { overtaken: await reasonsOf(overtaken), kept: await reasonsOf(kept) };
}, 240_000);

describe('a training that is due', () => {
  it('has another kind score the customers that was better at what both scored live, and says by how much', async () => {
    const [, [first = '', ...lines] = []] = reasons.overtaken;
    expect(first).toMatch(
      /^champion is linear_svc 2023-09-30\.\w+: of another kind than wrong, and better at what both/,
    );
    expect(lines).toEqual([
      expect.stringMatching(/^decision_tree was better, but as linear_svc gains more does not take the place of /),
      expect.stringMatching(
        /^linear_svc takes the place of logistic_regression: its log loss is 0\.\d+ lower on \d+ rows of \d+ customers \(95 % sure of more than 0\.\d+; p 0\.001, adjusted\), and among customers active in 180 days its AUC is 0\.9\d+ against 0\.0\d+$/,
      ),
      expect.stringMatching(/^random_forest was better, but as linear_svc gains more does not take the place of /),
    ]);
    expect(await rolesAt(overtaken, second)).toEqual({
      ...{ linear_svc: 'CHAMPION', logistic_regression: 'CHALLENGER' },
      ...{ decision_tree: 'CHALLENGER', random_forest: 'CHALLENGER' },
    });
  });

  it('leaves the champion where its challenger was worse, and says so', async () => {
    const [[stays = '', ...lines] = []] = reasons.kept;
    expect(stays).toBe('champion stays decision_tree right: a new decision_tree may not take its place');
    expect(lines[0]).toMatch(
      /^logistic_regression does not take the place of decision_tree: its log loss is 0\.\d+ higher on \d+ rows of \d+ customers$/,
    );
    expect(Object.values(await rolesAt(kept, first))).not.toContain('CHAMPION');
  });

  it('comes to the same when it is killed while it waits for outcomes or compares', async () => {
    for (const after of [0, 300, 900]) {
      const { child, ended } = startEbb(run(killed));
      await using place = await openWorkplace(configOf({ data: killed }));
      while (((await readTrainer(place, 'orders')).decided ?? 0) < second) await sleep(5);
      await sleep(after);
      child.kill('SIGKILL');
      await ended;
    }
    await ebbOk(...run(killed));
    expect(await modelsOf(killed)).toEqual(await modelsOf(overtaken));
  }, 240_000);
});
