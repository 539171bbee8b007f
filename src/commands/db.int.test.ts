import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { MariadbLogin } from '../../connectors/sinks/mariadb-login.ts';
import { serverOfTests } from '../../connectors/sinks/mariadb-server.testing.ts';
import { migrations } from '../../connectors/sinks/migrations.ts';
import { startEbb } from './ebb.testing.ts';

const { newDatabase } = serverOfTests();
const all = migrations().map(({ name }) => name);

function settingsOf({ host, port, user, password, database }: MariadbLogin): Readonly<Record<string, string>> {
  return {
    ...{ EBB_MARIADB_HOST: host, EBB_MARIADB_PORT: String(port), EBB_MARIADB_DATABASE: database },
    ...{ EBB_MARIADB_USER: user, EBB_MARIADB_PASSWORD: password },
  };
}

it('makes the tables by a command, says so, and doctor sees it', async () => {
  const login = await newDatabase();
  const data = await mkdtemp(join(tmpdir(), 'ebb-db-'));
  onTestFinished(() => rm(data, { recursive: true }));
  const run = (args: readonly string[], changes = {}) => startEbb(args, '', { ...settingsOf(login), ...changes }).ended;
  const doctor = async (changes = {}) => {
    const { stdout } = await run(['doctor', '--json', '--data', data], changes);
    const found: readonly unknown[] = JSON.parse(stdout);
    return found.filter((one) => JSON.stringify(one).includes('"check":"MariaDB"'));
  };
  expect(await doctor()).toMatchObject([{ verdict: 'fail', todo: expect.stringContaining('ebb db migrate') }]);
  expect((await run(['db', 'migrate', '--dry-run'])).stdout).toContain('would be applied');
  const migrated = await run(['db', 'migrate', '--json']);
  expect(JSON.parse(migrated.stdout)).toEqual({ database: login.database, dryRun: false, applied: all, before: [] });
  expect((await run(['db', 'migrate'])).stdout).toContain('is up to date');
  expect(await doctor()).toMatchObject([{ verdict: 'ok' }]);
  expect(await doctor({ EBB_MARIADB_PASSWORD: 'wrong' })).toMatchObject([
    { verdict: 'fail', found: expect.stringContaining('check user and password') },
  ]);
  expect((await run(['db', 'migrate'], { EBB_MARIADB_HOST: '' })).stderr).toContain('set EBB_MARIADB_HOST');
});
