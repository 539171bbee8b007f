import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { bold, table } from './terminal.ts';

const pipe = new PassThrough();
const screen = Object.assign(new PassThrough(), { isTTY: true, getColorDepth: () => 8 });

it('styles for the stream that the text goes to', () => {
  expect(bold('Ebb', pipe)).toBe('Ebb');
  expect(stripVTControlCharacters(bold('Ebb', screen))).toBe('Ebb');
  const rows = [['Books', 2] as const];
  const plain = 'category  n\nBooks     2';
  expect(table(['category', 'n'], rows, { stream: pipe })).toBe(plain);
  expect(stripVTControlCharacters(table(['category', 'n'], rows, { stream: screen }))).toBe(plain);
});
