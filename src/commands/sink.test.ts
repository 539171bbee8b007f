import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';

const folder = testFolder();
const there = ['--shop', 'made-up', '--data', folder];

interface Status {
  readonly sink: string;
  readonly topic: string;
  readonly position?: number;
  readonly lag: number;
  readonly lastFile?: { readonly first: number; readonly last: number };
  readonly lastError?: { readonly code: string; readonly message: string; readonly fatal: boolean };
}

async function status(settings: Readonly<Record<string, string>> = {}): Promise<readonly Status[]> {
  const { stdout, stderr, code } = await startEbb(['sink', 'status', '--json', ...there], '', settings).ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 600);
  await ebbOk('replay', file, '--dataset', dataset, ...there);
}, 60_000);

it('says how far each sink is, before it has written anything and after', { timeout: 60_000 }, async () => {
  const before = await status();
  expect(before.map(({ sink, topic, position }) => [sink, topic, position])).toEqual(
    Array.from({ length: 4 }, () => ['files', 'raw.made-up', undefined]),
  );
  expect(before.reduce((sum, { lag }) => sum + lag, 0)).toBeGreaterThan(600);
  await ebbOk('run', '--until-caught-up', ...there);
  const after = await status();
  expect(after.every(({ lag }) => lag === 0)).toBe(true);
  const events = after.filter(({ sink, topic }) => sink === 'files' && topic === 'events');
  expect(events).toHaveLength(4);
  for (const { position, lastFile } of events) expect(position).toBeGreaterThan(lastFile?.last ?? Number.NaN);
});

it('says what a sink had trouble with last', { timeout: 90_000 }, async () => {
  const nowhere = {
    EBB_MINIO_ENDPOINT: 'http://127.0.0.1:1',
    EBB_MINIO_ACCESS_KEY: 'key',
    EBB_MINIO_SECRET_KEY: 'secret-secret',
    EBB_LAKE_ROTATION: '0',
  };
  const run = startEbb(['run', ...there], '', nowhere);
  let found: Status | undefined;
  while (found === undefined && run.child.exitCode === null) {
    await sleep(300);
    found = (await status(nowhere)).find(({ lastError }) => lastError !== undefined);
  }
  run.child.kill('SIGTERM');
  expect(found).toMatchObject({ sink: 'minio', lastError: { code: 'UNAVAILABLE', fatal: false } });
  expect(found?.lastError?.message).toContain('ECONNREFUSED');
  expect((await run.ended).code).toBe(0);
});
