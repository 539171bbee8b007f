import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { expect, it, vi } from 'vitest';
import { bold, table } from './terminal.ts';

const pipe = new PassThrough();
const screen = Object.assign(new PassThrough(), { isTTY: true, getColorDepth: () => 8 });

it('styles nothing where NO_COLOR is set, or the terminal has no colours', () => {
  const { getColorDepth } = WriteStream.prototype;
  const terminal = Object.assign(new PassThrough(), { isTTY: true, getColorDepth });
  const styled = (environment: Readonly<Record<string, string>>): boolean => {
    for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS', 'TMUX', 'CI', 'COLORTERM', 'TERM'])
      vi.stubEnv(name, environment[name]);
    const text = bold('Ebb', terminal);
    vi.unstubAllEnvs();
    return text !== 'Ebb';
  };
  expect(styled({ TERM: 'xterm-256color' })).toBe(true);
  expect(styled({ TERM: 'xterm-256color', NO_COLOR: '1' })).toBe(false);
  expect(styled({ TERM: 'dumb' })).toBe(false);
});

it('styles for the stream that the text goes to', () => {
  expect(bold('Ebb', pipe)).toBe('Ebb');
  expect(stripVTControlCharacters(bold('Ebb', screen))).toBe('Ebb');
  const rows = [['Books', 2] as const];
  const plain = 'category  n\nBooks     2';
  expect(table(['category', 'n'], rows, { stream: pipe })).toBe(plain);
  expect(stripVTControlCharacters(table(['category', 'n'], rows, { stream: screen }))).toBe(plain);
});
