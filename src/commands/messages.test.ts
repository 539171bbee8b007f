import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 50);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--data', data);
  writeFileSync(at('corrected.json'), readFileSync(dataset, 'utf8').replace('"EUR"', '"USD"'));
  writeFileSync(at('other.csv'), 'a,b\n1,2\n');
  writeFileSync(at('empty.csv'), '');
  writeFileSync(at('broken.json'), '{ "name": "broken" }');
  writeFileSync(at('book.xlsx'), Buffer.from('PK\x03\x04 and so on'));
  mkdirSync(at('folder.csv'));
});

/** What a newcomer may get wrong, and what the answer must say. */
const wrong: readonly (readonly [title: string, args: () => readonly string[], says: RegExp])[] = [
  ['a file that is not there', () => ['replay', at('none.csv'), '--dataset', 'cdnow'], /there is no file .*none\.csv/],
  ['a folder', () => ['replay', at('folder.csv'), '--dataset', 'cdnow'], /is a directory: name one file/],
  ['an empty file', () => ['replay', at('empty.csv'), '--dataset', 'cdnow'], /is empty/],
  ['an Excel file', () => ['replay', at('book.xlsx'), '--dataset', 'rees46'], /save the sheet as CSV/],
  [
    'an unknown dataset',
    () => ['replay', at('other.csv'), '--dataset', 'nosuch'],
    /the names are cdnow, .*ebb inspect FILE/,
  ],
  [
    'another dataset’s file',
    () => ['replay', at('other.csv'), '--dataset', 'rees46', '--run'],
    /has no column user_id.* It has: a, b\..*ebb inspect/,
  ],
  [
    'a descriptor that is not there',
    () => ['replay', at('other.csv'), '--dataset', 'nosuch.json'],
    /cannot read the descriptor nosuch\.json/,
  ],
  [
    'a descriptor that says too little',
    () => ['replay', at('other.csv'), '--dataset', at('broken.json')],
    /descriptor .*broken\.json is not valid[\s\S]*columns/,
  ],
  [
    'an unknown topology',
    () => ['run', 'nosuch', '--shop', 'made-up'],
    /has no topology nosuch: the names are normalise-made-up, category-partials/,
  ],
  ['a shop without data', () => ['run', '--shop', 'typo'], /shop typo has no topics; there are shops made-up/],
  ['topics of a shop that is none', () => ['topics', '--shop', 'nosuch'], /shop nosuch has no topics; .* made-up/],
  ['an unknown topic', () => ['tail', 'nosuch', '--shop', 'made-up'], /no topic nosuch: the names are .*events/],
  ['SQL with a mistake', () => ['query', 'selec 1'], /near "selec": syntax error/],
  [
    'a column that there is not',
    () => ['query', 'select spent from client_profiles'],
    /no such column: spent. client_profiles has shop, customer_id,/,
  ],
  [
    'a table that there is not',
    () => ['query', 'select * from orders'],
    /no such table: orders. The tables are .*sessions/,
  ],
  ['no SQL', () => ['query', ''], /no statement to run: give a select/],
  ['SQL that says nothing', () => ['query', ' -- later\n ;'], /no statement to run/],
  ['two statements', () => ['query', 'select 1; select 2'], /runs one statement, .*second one: select 2/],
  [
    'one name for two columns of an object',
    () => ['query', 'select 1 as a, 2 as a', '--json'],
    /two columns are called a/,
  ],
  ['a table that is not there', () => ['query', 'select * from nosuch'], /no such table: nosuch/],
  [
    'a descriptor that means something else now',
    () => ['replay', at('made-up.csv'), '--dataset', at('corrected.json')],
    /made-up was replayed into shop made-up with another descriptor.*ebb reset --shop made-up --all --yes/,
  ],
  ['an unknown topology to describe', () => ['describe', 'nosuch'], /no topology is called nosuch: the names are/],
  ['deleting without a terminal to ask on', () => ['reset', '--shop', 'made-up'], /Give --yes/],
];

/** What is wrong before anything is looked at. */
const misused: typeof wrong = [
  ['no dataset', () => ['replay', at('other.csv')], /required option '--dataset/],
  [
    'a speed that is none',
    () => ['replay', at('other.csv'), '--dataset', 'cdnow', '--speed', 'fast'],
    /a speed is max, or a factor/,
  ],
  [
    'a place to start that is none',
    () => ['tail', 'events', '--shop', 'made-up', '--from', 'yesterday'],
    /argument 'yesterday' is invalid. Allowed choices are start, end/,
  ],
  ['more time than a timer holds', () => ['up', '--for', '30d'], /a duration is 24 days at most/],
  ['a shop name that is none', () => ['run', '--shop', 'My Shop'], /--shop: a shop is named by small letters/],
  ['no partitions', () => ['replay', at('other.csv'), '--dataset', 'cdnow', '--partitions', '0'], /--partitions: /],
  [
    'partitions that are no number',
    () => ['replay', at('other.csv'), '--dataset', 'cdnow', '--partitions', 'x'],
    /--partitions: a number is needed \(it is "x"\)/,
  ],
  ['an unknown command', () => ['rnu'], /unknown command 'rnu'.*\n.*Did you mean run/],
  ['an unknown flag', () => ['query', 'select 1', '--jsom'], /unknown option '--jsom'\n\(Did you mean --json\?\)/],
  [
    'flags that exclude each other',
    () => ['reset', '--shop', 'made-up', '--all', '--topology', 'sessions'],
    /--all is of a whole shop/,
  ],
];

it.each(misused)('ends with exit code 2: %s', async (_title, args, says) => {
  const { code, stdout, stderr } = await ebb(...args());
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(says);
});

describe('ends with exit code 1 and a message that says what to do', () => {
  it.each(wrong)('%s', async (_title, args, says) => {
    const { code, stdout, stderr } = await ebb(...args(), ...(args()[0] === 'describe' ? [] : ['--data', data]));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
  });

  it('leaves nothing behind when a file cannot be replayed', async () => {
    const nothing = at('nothing');
    for (const name of ['none.csv', 'other.csv'])
      expect((await ebb('replay', at(name), '--dataset', 'rees46', '--data', nothing)).code).toBe(1);
    expect(existsSync(nothing)).toBe(false);
  });

  it.each([['query', 'select 1'], ['tail', 'events'], ['topics'], ['run'], ['reset', '--yes']])(
    'before there are any data: %s',
    async (...args) => {
      const nothing = at('nothing');
      const { code, stdout, stderr } = await ebb(...args, '--data', nothing);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^ebb: there (is no log|are no tables) at .*`ebb up`.*--data DIR\n$/);
      expect(existsSync(nothing)).toBe(false);
    },
  );
});
