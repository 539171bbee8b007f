import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { query, testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { type MadeUpSales, madeUpSales } from './made-up-sales.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');
let sales: MadeUpSales;

beforeAll(async () => {
  sales = madeUpSales(folder, 1_000);
  await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--run', '--data', data);
});

describe('query', () => {
  it('prints one JSON array of row objects, also of no row', async () => {
    expect(await query(data, 'select kind, count(*) as n from ecommerce_events group by kind order by kind')).toEqual(
      ['CART', 'PURCHASE', 'RETURN', 'VIEW'].map((kind) => ({ kind, n: expect.any(Number) })),
    );
    expect(await query(data, 'select * from ecommerce_events where false')).toEqual([]);
  });

  it('keeps whole numbers that a double cannot hold, and shows bytes as hex', async () => {
    expect(await query(data, "select 9007199254740993 as big, x'00ff' as bytes, null as none, 1.5 as half")).toEqual([
      { big: '9007199254740993', bytes: '00ff', none: null, half: 1.5 },
    ]);
  });

  it('shows every column, also of one name, and takes what says nothing after the statement', async () => {
    const { stdout } = await ebbOk('query', 'select 1 as a, 2 as a; -- both', '--data', data);
    expect(stdout).toBe('a  a\n1  2\n');
  });

  it.each([
    'delete from sessions',
    'insert into sessions select * from sessions',
    'drop table sessions',
    'create table more (a)',
    `vacuum into '${join(folder, 'copy.sqlite')}'`,
    `attach '${join(folder, 'copy.sqlite')}' as copy`,
  ])('refuses %s', async (sql) => {
    const { code, stderr } = await ebb('query', sql, '--data', data);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'ebb: ebb query only reads: give it a select\n' });
    expect(readdirSync(folder)).not.toContain('copy.sqlite');
  });
});

describe('tail', () => {
  it('prints so many records from the start, and ends', async () => {
    const { stdout } = await ebbOk(
      'tail',
      'events',
      '--shop',
      'made-up',
      '--data',
      data,
      '--from',
      'start',
      '--limit',
      '7',
      '--json',
    );
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toHaveLength(7);
    for (const { partition, offset, key, value } of records)
      expect({ partition, offset, key, dataset: value.dataset }).toEqual({
        partition: expect.any(Number),
        offset: expect.any(Number),
        key: value.customerId ?? value.orderId,
        dataset: 'made-up',
      });
  });

  it('ends at the end of the log when there are fewer', async () => {
    const { stdout } = await ebbOk(
      'tail',
      'normalise-made-up.dead',
      '--shop',
      'made-up',
      '--data',
      data,
      '--from',
      'start',
      '--limit',
      '100000',
    );
    expect(stdout.trim().split('\n')).toHaveLength(sales.broken);
  });

  it('reads topics whose records have several schemas', async () => {
    const { stdout } = await ebbOk(
      'tail',
      'sessions.state',
      '--shop',
      'made-up',
      '--data',
      data,
      '--from',
      'start',
      '--limit',
      '100000',
      '--json',
    );
    const keys = stdout
      .trim()
      .split('\n')
      .map((line) => String(JSON.parse(line).key).split('/')[0]);
    expect(new Set(keys)).toEqual(new Set(['ebb', 'visits']));
  });

  it('follows until it is told to stop', async () => {
    const { child, ended } = startEbb([
      'tail',
      'events',
      '--shop',
      'made-up',
      '--data',
      data,
      '--from',
      'start',
      '--json',
    ]);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

it('describes what reads the shop’s own datasets', async () => {
  const { stdout } = await ebbOk('describe', 'normalise-made-up', '--shop', 'made-up', '--data', data);
  expect(stdout).toMatch(/^normalise-made-up .*\nEvents from A made-up shop\n[\s\S]*made-up\.normalise-made-up\.state/);
});

it('ends in silence when nobody reads on', async () => {
  const tail = `tail events --shop made-up --data ${data} --from start --limit 900`;
  for (const command of [tail, `query "select * from ecommerce_events" --json --data ${data}`]) {
    const ebbPath = new URL('../cli.ts', import.meta.url).pathname;
    const shell = spawn('sh', ['-c', `${process.execPath} ${ebbPath} ${command} | head -n 1`]);
    const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    expect({ lines: stdout.trim().split('\n').length, stderr }).toEqual({ lines: 1, stderr: '' });
  }
});
