import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');
const sales = madeUpSales(folder, 300);
const run = ['run', '--shop', 'made-up', '--until-caught-up', '--data', data];

beforeAll(async () => {
  await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--data', data);
}, 120_000);

it('a run tells its log what it runs with, what it restored and what it committed, and no secret', {
  timeout: 120_000,
}, async () => {
  const secrets = {
    EBB_SASL_PASSWORD: 'hunter2',
    EBB_REGISTRY_TOKEN: 'hunter2',
    EBB_REGISTRY: 'https://anna:hunter2@registry:8081',
  };
  const { code, stderr } = await startEbb(run, '', { ...secrets, EBB_LOG_LEVEL: 'trace' }).ended;
  expect({ code, leaks: stderr.includes('hunter2') }).toEqual({ code: 0, leaks: false });
  const lines: readonly Readonly<Record<string, unknown>>[] = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({
    event: 'start',
    shop: 'made-up',
    config: { saslPassword: '[secret]', registry: 'https://[secret]@registry:8081' },
  });
  const events = new Set(lines.map(({ event }) => event));
  for (const event of ['task-gained', 'task-restored', 'committed', 'dead', 'task-lost'])
    expect(events).toContain(event);
  expect(lines.at(-1)).toMatchObject({
    event: 'stopped',
    topologies: { 'normalise-made-up': { in: sales.rows, out: sales.rows - sales.broken, dead: sales.broken } },
  });
});

it('what stops a run is the last line of its log, too', { timeout: 120_000 }, async () => {
  const { code, stderr } = await startEbb([...run, 'no-such'], '', { EBB_LOG_LEVEL: 'info' }).ended;
  const [last, ...before] = stderr.trimEnd().split('\n').reverse();
  expect(code).toBe(1);
  expect(last).toMatch(/^ebb: .*no topology no-such/);
  expect(JSON.parse(before[0] ?? '')).toMatchObject({ level: 'fatal', event: 'failed' });
});
