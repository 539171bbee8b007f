import { expect, it } from 'vitest';
import { duration, wholeNumber } from './command.ts';

it('reads durations that a timer can hold', () => {
  expect(['250ms', '1.5s', '2m', '24d'].map(duration)).toEqual([250, 1500, 120_000, 24 * 86_400_000]);
  for (const text of ['30d', '577h', '5', 's', '']) expect(() => duration(text), text).toThrow(/a duration is/);
});

it('reads whole numbers, and nothing else', () => {
  expect(['0', '42'].map(wholeNumber)).toEqual([0, 42]);
  for (const text of ['', ' ', '-1', '1.5', '1e3', 'x', '9007199254740993'])
    expect(() => wholeNumber(text), text).toThrow(/whole number/);
});
