import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitter } from './csv-record.ts';
import { csvRecords } from './csv-records.ts';

const split = splitter(',', '"');

describe('a record', () => {
  it('is cut at its delimiters, quotes respected', () => {
    expect(split('a,b,')).toEqual(['a', 'b', '']);
    expect(split('a,"b,c","say ""hi"""')).toEqual(['a', 'b,c', 'say "hi"']);
    expect(split('"",""')).toEqual(['', '']);
    expect(split('a, "b, c" ,d')).toEqual(['a', 'b, c', 'd']);
    expect(split('5" disk,10')).toEqual(['5" disk', '10']);
    expect(split('a,"b')).toBe('open');
    expect(split('a,"b"c,d')).toBe('broken');
    expect(splitter('whitespace', null)(' 00001 19970101  1   11.77')).toEqual(['00001', '19970101', '1', '11.77']);
    expect(splitter('whitespace', '"')(' a "b c"\td')).toEqual(['a', 'b c', 'd']);
    expect(splitter('|', null)('a|"b|c')).toEqual(['a', '"b', 'c']);
  });

  it('is what csv-parse reads, for anything well formed', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '7', '"', ',', ';', ' ', '\n', '😀'), maxLength: 8 });
    const width = 3;
    const table = fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '\t'), (rows, delimiter) => {
        const text = rows
          .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(delimiter))
          .join('\n');
        const records = csvRecords(splitter(delimiter, '"'), width).push(text.split('\n'), true);
        expect(records).toEqual(parse(text, { delimiter }));
        expect(records).toEqual(rows);
      }),
    );
  });
});

describe('records', () => {
  const read = (text: string, width: number, cut = 1) => {
    const records = csvRecords(split, width);
    const lines = text.split('\n');
    const found = [];
    for (let at = 0; at < lines.length; at += cut) found.push(...records.push(lines.slice(at, at + cut), false));
    return [...found, ...records.push([], true)];
  };

  it('may span lines, wherever blocks are cut', () => {
    const text = '1,"two\nlines",x\n\n2,plain,y\n3,"a\n\nb",z';
    for (const cut of [1, 2, 3, 100]) {
      expect(read(text, 3, cut)).toEqual([
        ['1', 'two\nlines', 'x'],
        ['2', 'plain', 'y'],
        ['3', 'a\n\nb', 'z'],
      ]);
    }
  });

  it('lose only their own line to a quote that is never closed', () => {
    const rest = Array.from({ length: 3000 }, (_, index) => `${index},plain`).join('\n');
    const found = read(`0,"open\n${rest}`, 2, 500);
    expect(found[0]).toEqual({ reason: 'a quote is opened and not closed', line: '0,"open' });
    expect(found).toHaveLength(3001);
    expect(found.at(-1)).toEqual(['2999', 'plain']);
  });

  it('lose only their own line to a quote that another one closes by accident', () => {
    expect(read('1,"open,x\n2,b,x\n3,"quoted",x\n4,d,x', 3)).toEqual([
      { reason: 'a quote is opened and not closed', line: '1,"open,x' },
      ['2', 'b', 'x'],
      ['3', 'quoted', 'x'],
      ['4', 'd', 'x'],
    ]);
  });

  it('with another number of fields are refused with both numbers', () => {
    expect(read('1,2,3\n1,2\n1,2,3,4', 3)).toEqual([
      ['1', '2', '3'],
      { reason: 'it has 2 fields and should have 3', line: '1,2' },
      { reason: 'it has 4 fields and should have 3', line: '1,2,3,4' },
    ]);
  });
});
