import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LogError } from '../log.ts';
import { hold, longTrouble, type Want } from './want.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const refused = new LogError('UNAVAILABLE', 'Partition 0 of topic t has a new leader.');

function wanted(): Want {
  return { topic: 't', partition: 0, offset: 7, reader: { fresh: true, give: () => {}, fail: () => {} } };
}

it('a partition that its leader refuses is asked for again after a pause that grows to a second and no further', () => {
  const want = wanted();
  const pauses = Array.from({ length: 20 }, () => {
    hold(want, refused);
    return want.held?.pause ?? 0;
  });
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses[0]).toBeLessThan(10);
  expect(pauses.at(-1)).toBe(1_000);
});

it('it is worth a word once it has been refused for a second, counted from the first time', () => {
  const want = wanted();
  hold(want, refused);
  vi.advanceTimersByTime(900);
  hold(want, refused);
  expect(longTrouble([want])).toBeUndefined();
  vi.advanceTimersByTime(200);
  expect(longTrouble([want])).toBe(refused.message);
});

it('what is only fetched ahead keeps nobody waiting', () => {
  const { reader: _, ...ahead } = wanted();
  const want: Want = ahead;
  hold(want, refused);
  vi.advanceTimersByTime(5_000);
  expect(longTrouble([want])).toBeUndefined();
});
