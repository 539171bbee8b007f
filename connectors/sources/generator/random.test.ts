import { expect, test } from 'vitest';
import { below, randomAt, restart, uniform } from './random.ts';

test('gives the reference outputs of xoshiro128**', () => {
  const random = { a: 1, b: 2, c: 3, d: 4 };
  const outputs = Array.from({ length: 10 }, () => uniform(random) * 0x1_0000_0000 - 0.5);
  // Printed by the authors' C program with the state 1, 2, 3, 4.
  expect(outputs).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ]);
});

test('a stream is a function of its seed and path alone', () => {
  const used = randomAt(7, 1, 2, 3);
  uniform(used);
  restart(used, 7, 1, 2, 3);
  expect(used).toEqual(randomAt(7, 1, 2, 3));
});

test('every part of the seed and of the path makes another stream', () => {
  const firsts = [
    randomAt(1, 2, 3, 4),
    randomAt(2, 2, 3, 4),
    randomAt(1 + 2 ** 40, 2, 3, 4),
    randomAt(1, 3, 3, 4),
    randomAt(1, 2, 4, 4),
    randomAt(1, 2, 3, 5),
    randomAt(1, 3, 2, 4),
  ].map(uniform);
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('the first draws of neighbouring streams are uniform', () => {
  const counts = new Array<number>(16).fill(0);
  for (let stream = 0; stream < 16_000; stream++) {
    const cell = below(randomAt(1, stream), 16);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, one in a thousand
});

test('an index is always below its size', () => {
  const random = randomAt(3);
  const seen = new Set(Array.from({ length: 1000 }, () => below(random, 5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});
