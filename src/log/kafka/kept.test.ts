import { expect, test } from 'vitest';
import { Kept } from './kept.ts';

const megabyte = 1 << 20;
const piece = { records: [], next: 1, end: 1 };

test('pieces that are kept are the newest, up to a sum of bytes, however often one is shared', () => {
  const kept = new Kept();
  for (let time = 0; time < 20; time++) kept.share('again', piece, 2 * megabyte);
  for (const key of ['a', 'b', 'c']) kept.share(key, piece, 2 * megabyte);
  expect(['again', 'a', 'b', 'c'].filter((key) => kept.piece(key) !== undefined)).toEqual(['again', 'a', 'b', 'c']);
  kept.share('again', piece, 2 * megabyte);
  kept.share('d', piece, 2 * megabyte);
  expect(['again', 'a', 'b', 'c', 'd'].filter((key) => kept.has(key))).toEqual(['again', 'b', 'c', 'd']);
});

test('a rest is given once', () => {
  const kept = new Kept();
  const rest = { bytes: Buffer.alloc(1), aborted: [], end: 2 };
  kept.leaveRest('a', rest);
  expect(kept.takeRest('a')).toBe(rest);
  expect(kept.takeRest('a')).toBeUndefined();
});

test('rests that are kept are the newest, up to a sum of bytes, however often one is left or taken', () => {
  const kept = new Kept();
  const rest = { bytes: Buffer.alloc(4 * megabyte), aborted: [], end: 2 };
  for (let time = 0; time < 20; time++) kept.leaveRest('again', rest);
  for (let time = 0; time < 20; time++) kept.takeRest('none');
  for (const key of ['a', 'b', 'c', 'd']) kept.leaveRest(key, rest);
  expect(['again', 'a', 'b', 'c', 'd'].filter((key) => kept.has(key))).toEqual(['a', 'b', 'c', 'd']);
});
