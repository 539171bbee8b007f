import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { compareRows } from './compare.ts';

async function compared(ours: string, theirs: string) {
  const instance = await DuckDBInstance.create(':memory:');
  const duck = await instance.connect();
  try {
    const columns = '(k, n, x)';
    await duck.run(`create table ours as from (values ${ours}) as t${columns}`);
    await duck.run(`create table theirs as from (values ${theirs}) as t${columns}`);
    return await compareRows(duck, {
      what: 'test',
      key: ['k'],
      ours: 'select k, n::bigint as n, x::double as x, 1 as more from ours',
      theirs: 'select k, n::bigint as n, x::double as x from (select k, n, x from theirs)',
    });
  } finally {
    duck.closeSync();
    instance.closeSync();
  }
}

it('takes numbers that differ by rounding for equal, and says by how much they differ', async () => {
  const { rows, values, differ, greatest } = await compared(
    "('a', 1, 3.0), ('b', null, null)",
    "('a', 1, 3.0000000001), ('b', null, null)",
  );
  expect({ rows, values, differ }).toEqual({ rows: 2, values: 4, differ: 0 });
  expect(greatest).toBeCloseTo(1e-10 / 3, 13);
});

it.each([
  ['a number that is off by more', "('a', 1, 3.0)", "('a', 1, 3.00001)"],
  ['a whole number', "('a', 1, 3.0)", "('a', 2, 3.0)"],
  ['nothing where there is a number', "('a', 1, null)", "('a', 1, 3.0)"],
  ['a whole number that is missing', "('a', null, 3.0)", "('a', 1, 3.0)"],
])('tells %s', async (_, ours, theirs) => {
  expect((await compared(ours, theirs)).differ).toBe(1);
});

it('tells rows that only one side has', async () => {
  expect((await compared("('a', 1, 3.0), ('b', 1, 3.0)", "('a', 1, 3.0)")).differ).toBe(2);
  expect((await compared("('a', 1, 3.0)", "('a', 1, 3.0), ('b', 1, 3.0)")).differ).toBe(2);
});
