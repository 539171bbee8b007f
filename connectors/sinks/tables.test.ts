import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { topics } from '../../schemas/topics.ts';
import { migrations } from './migrations.ts';
import { tableOf } from './tables.ts';

it.each(Object.values(topics).flatMap(({ name }) => tableOf(name) ?? []))(
  '$name has the columns that its rows are written to',
  ({ name, columns }) => {
    using database = new DatabaseSync(':memory:');
    for (const { sql } of migrations()) database.exec(sql);
    const there = database
      .prepare('select name from pragma_table_info(?)')
      .all(name)
      .map((row) => row.name);
    expect(there.sort()).toEqual([...columns].sort());
  },
);
