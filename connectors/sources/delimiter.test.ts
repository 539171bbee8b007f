import { describe, expect, it } from 'vitest';
import { detectDelimiter } from './delimiter.ts';

const rows = (count: number, row: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => row(index));

describe('the delimiter', () => {
  it.each([
    ['commas', ',', ['id,when,price', ...rows(20, (n) => `${n},2024-01-01 10:${10 + n}:00,1.5`)]],
    [
      'semicolons beside decimal commas',
      ';',
      ['id;when;price', ...rows(20, (n) => `${n};01.01.2024 10:${10 + n};1,5`)],
    ],
    ['semicolons beside decimal commas, and no header', ';', rows(20, (n) => `${n};01.01.2024 10:${10 + n};1,5`)],
    [
      'semicolons, some lines broken',
      ';',
      ['id;name;price', ...rows(20, (n) => (n % 9 === 1 ? `${n}` : `${n};a;1,5`))],
    ],
    ['tabs beside spaces', '\t', ['id\tname', ...rows(20, (n) => `${n}\tone two`)]],
    ['runs of spaces', 'whitespace', [' id  day  price', ...rows(20, (n) => ` 000${n}  19970101  1.00`)]],
    ['bars', '|', ['id|name|price', ...rows(20, (n) => `${n}|a, b|1,5`)]],
  ] as const)('is found: %s', (_title, delimiter, lines) => {
    expect(detectDelimiter(lines, '"')).toBe(delimiter);
  });

  it('is none in a file of one column', () => {
    expect(detectDelimiter(['id', ...rows(20, String)], '"')).toBeUndefined();
  });
});
