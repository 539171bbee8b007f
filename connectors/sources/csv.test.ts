import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CsvFormat } from '../../datasets/descriptor.ts';
import { openCsv } from './csv.ts';
import type { SourceRow } from './source.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

const format: CsvFormat = { kind: 'csv', delimiter: 'auto', quote: '"', header: true, encoding: 'auto' };

async function open(
  content: string | Buffer,
  options: Partial<CsvFormat> = {},
  wanted: readonly string[] = [],
  name = 'f.csv',
) {
  const file = join(folder, name);
  await writeFile(file, content);
  return openCsv(file, { format: { ...format, ...options }, wanted });
}

async function rows(content: string | Buffer, options: Partial<CsvFormat> = {}): Promise<readonly SourceRow[]> {
  const source = await open(content, options);
  return all(source);
}

async function all(source: Awaited<ReturnType<typeof open>>, from?: string): Promise<readonly SourceRow[]> {
  const found: SourceRow[] = [];
  const { signal } = new AbortController();
  for await (const batch of source.read({ ...(from === undefined ? {} : { from }), signal })) found.push(...batch.rows);
  return found;
}

describe('a delimited file', () => {
  it('is read whatever its delimiter', async () => {
    for (const delimiter of [',', ';', '\t', '|']) {
      expect(
        await rows(
          ['id', 'note', 'n\n1', 'a b', '2,5\n'].join(delimiter).replace('2,5', delimiter === ',' ? '"2,5"' : '2,5'),
        ),
      ).toEqual([{ row: 1, columns: { id: '1', note: 'a b', n: '2,5' } }]);
    }
    expect(await rows(' id  day n\r\n 00001 19970101  1\r\n')).toEqual([
      { row: 1, columns: { id: '00001', day: '19970101', n: '1' } },
    ]);
  });

  it('may begin with a mark, end without a newline, and have blank lines and CRLF', async () => {
    expect(await rows('\uFEFFid,n\r\n\r\n1,2\r\n   \r\n3,4')).toEqual([
      { row: 1, columns: { id: '1', n: '2' } },
      { row: 2, columns: { id: '3', n: '4' } },
    ]);
    expect(await rows('id,n\r1,2\r3,4\r')).toHaveLength(2);
  });

  it('keeps the exact text of its cells', async () => {
    const [row] = await rows('id,name,price\n9007199254740993123,  RETROSPOT ,0.10\n');
    expect(row?.columns).toEqual({ id: '9007199254740993123', name: '  RETROSPOT ', price: '0.10' });
  });

  it('gives lines that are no rows with their text and the reason', async () => {
    expect(await rows('a,b\n1,2\n3\n"x"y,2\n4,5\n6,"7')).toEqual([
      { row: 1, columns: { a: '1', b: '2' } },
      { row: 2, columns: { line: '3' }, malformed: 'it has 1 field and should have 2' },
      { row: 3, columns: { line: '"x"y,2' }, malformed: 'text follows a closing quote' },
      { row: 4, columns: { a: '4', b: '5' } },
      { row: 5, columns: { line: '6,"7' }, malformed: 'a quote is opened and not closed' },
    ]);
  });

  it('names columns apart', async () => {
    const source = await open('id,a,a,, b \n1,2,3,4,5\n');
    expect(source.columns).toEqual(['id', 'a', 'a (2)', 'column 4', 'b']);
    expect((await all(source))[0]?.columns).toEqual({ id: '1', a: '2', 'a (2)': '3', 'column 4': '4', b: '5' });
  });

  it('may have no header', async () => {
    expect(await rows('1;2\n3;4\n', { header: false, columns: ['x', 'y'] })).toEqual([
      { row: 1, columns: { x: '1', y: '2' } },
      { row: 2, columns: { x: '3', y: '4' } },
    ]);
  });

  it('reads lines that are not UTF-8 as Windows-1252, or refuses them when told to be strict', async () => {
    const bytes = Buffer.concat([Buffer.from('id,name\n1,Zoë\n2,'), Buffer.from([0xa3, 0x35]), Buffer.from('\n3,x\n')]);
    expect((await rows(bytes)).map(({ columns }) => columns.name)).toEqual(['Zoë', '£5', 'x']);
    const strict = await rows(bytes, { encoding: 'utf-8' });
    expect(strict.map(({ malformed }) => malformed !== undefined)).toEqual([false, true, false]);
    expect((await rows(bytes, { encoding: 'latin1' })).map(({ columns }) => columns.name)).toEqual(['ZoÃ«', '£5', 'x']);
  });

  it('survives NUL bytes and lines without end, in bounded memory', async () => {
    const long = Buffer.alloc(3 * 1024 * 1024, 'x');
    const found = await rows(Buffer.concat([Buffer.from('a,b\n1,2\n\0\0,3\n'), long, Buffer.from('\n4,5\n')]));
    expect(found.map(({ malformed }) => malformed ?? 'fine')).toEqual([
      'fine',
      'the line holds NUL bytes',
      'the line is longer than 1 MiB; this is its start',
      'fine',
    ]);
  });

  it('is read compressed, and goes on from a position', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `${index + 1},"v ${index + 1}"`);
    const text = ['id,v', ...lines, ''].join('\n');
    for (const [name, content] of [
      ['f.csv', Buffer.from(text)],
      ['f.csv.gz', gzipSync(text)],
      ['f.csv.zst', zstdCompressSync(text)],
    ] as const) {
      const source = await open(content, {}, [], name);
      const rest = await all(source, '4321');
      expect(rest).toHaveLength(679);
      expect(rest[0]).toEqual({ row: 4322, columns: { id: '4322', v: 'v 4322' } });
      const progress = source.progress();
      expect(progress?.done).toBe(progress?.total);
    }
  });

  it('has the same identity wherever it lies, and another when a byte changes', async () => {
    const one = await open('a,b\n1,2\n', {}, [], 'one.csv');
    const two = await open('a,b\n1,2\n', {}, [], 'two.csv');
    const other = await open('a,b\n1,3\n', {}, [], 'one.csv');
    expect(one.id).toBe(two.id);
    expect(one.id).not.toBe(other.id);
  });
});

describe('what cannot be read', () => {
  it('says so', async () => {
    await expect(openCsv(join(folder, 'none.csv'), { format, wanted: [] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(openCsv(folder, { format, wanted: [] })).rejects.toMatchObject({ code: 'UNREADABLE' });
    await expect(open('')).rejects.toThrow(/is empty/);
    await expect(open(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]))).rejects.toThrow(/Excel/);
    await expect(open(Buffer.from('\uFEFFa,b\n', 'utf16le'))).rejects.toThrow(/UTF-16/);
    expect(await rows('a,b\n')).toEqual([]);
  });

  it('names the columns that are missing', async () => {
    await expect(open('id,price\n1,2\n', {}, ['id', 'CustomerID', 'Quantity'])).rejects.toMatchObject({
      code: 'WRONG_COLUMNS',
      message: expect.stringMatching(/no column CustomerID, Quantity.*It has: id, price/),
    });
  });

  it('gives what came before the damage of a truncated archive', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `${index},${Math.sin(index)}`);
    const whole = gzipSync(['id,v', ...lines].join('\n'));
    const source = await open(whole.subarray(0, whole.length - 1000), {}, [], 'cut.csv.gz');
    let count = 0;
    await expect(
      (async () => {
        for await (const batch of source.read({ signal: new AbortController().signal })) count += batch.rows.length;
      })(),
    ).rejects.toMatchObject({ code: 'UNREADABLE', message: expect.stringContaining('damaged or cut off') });
    expect(count).toBeGreaterThan(150_000);
  });
});
