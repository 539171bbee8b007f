import { expect, test } from 'vitest';
import { murmur2, partitionOf } from './partition.ts';

test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is what Kafka computes', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('the partition is the positive hash modulo the count', () => {
  expect(partitionOf('21', 7)).toBe((-973932308 & 0x7fffffff) % 7);
  expect(partitionOf('abc', 4)).toBe(479470107 % 4);
  expect(partitionOf(Buffer.from('größe'), 16)).toBe(partitionOf('größe', 16));
});

test('no key goes to partition 0, an empty key where its hash says', () => {
  expect(partitionOf(null, 8)).toBe(0);
  expect(partitionOf('', 8)).toBe((murmur2(Buffer.alloc(0)) & 0x7fffffff) % 8);
});
