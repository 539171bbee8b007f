import fc from 'fast-check';
import { expect, it } from 'vitest';
import { postedClock } from './clock.ts';

const MINUTE = 60_000;
const noon = Date.UTC(2026, 10, 27, 12);
const clockOf = (last?: { time: number; closed: boolean }, idle: number | undefined = 30_000) =>
  postedClock({ last, idle });

it('stands a minute behind the newest event', () => {
  const clock = clockOf();
  expect(clock.take([noon, noon - 5 * MINUTE], noon)).toEqual({ time: noon - MINUTE, closed: false });
  expect(clock.take([noon - 2 * MINUTE], noon)).toEqual({ time: noon - MINUTE, closed: false });
});

it('says nothing while nobody has ever posted', () => {
  const clock = clockOf();
  expect(clock.quiet(noon)).toBeUndefined();
  expect(clock.end()).toBeUndefined();
});

it('takes events of days to come for mistakes', () => {
  const clock = clockOf();
  expect(clock.take([noon + 400 * 86_400_000], noon)).toBeUndefined();
  expect(clock.take([noon], noon)?.time).toBe(noon - MINUTE);
});

it('closes when it has been quiet, so that nobody waits, and goes on at the pace of the wall clock', () => {
  const clock = clockOf();
  clock.take([noon], noon);
  expect(clock.quiet(noon + 29_000)).toBeUndefined();
  expect(clock.quiet(noon + 30_000)).toEqual({ time: noon - MINUTE, closed: true });
  expect(clock.quiet(noon + 60_000)).toBeUndefined();
  expect(clock.quiet(noon + 90_000)).toEqual({ time: noon, closed: true });
  expect(clock.take([noon + 95_000], noon + 95_000)).toEqual({ time: noon + 35_000, closed: false });
});

it('does not open again for events of the past alone', () => {
  const clock = clockOf({ time: noon, closed: true });
  expect(clock.take([noon - 86_400_000], noon)).toEqual({ time: noon, closed: true });
});

it('closes what a server that was killed has left open', () => {
  const clock = clockOf({ time: noon, closed: false });
  expect(clock.quiet(noon)).toBeUndefined();
  expect(clock.quiet(noon + 30_000)).toEqual({ time: noon, closed: true });
});

it('waits for ever where it is to', () => {
  const clock = postedClock({ last: undefined, idle: undefined });
  clock.take([noon], noon);
  expect(clock.quiet(noon + 86_400_000)).toBeUndefined();
});

it('never goes back, whatever comes when', () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 200_000 }),
    at: fc.option(fc.integer({ min: -3e8, max: 3e8 })),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const clock = clockOf();
      let wall = noon;
      let reached = Number.NEGATIVE_INFINITY;
      for (const { wait, at } of steps) {
        wall += wait;
        const tick = at === null ? clock.quiet(wall) : clock.take([noon + at], wall);
        if (tick === undefined) continue;
        expect(tick.time).toBeGreaterThanOrEqual(reached);
        reached = tick.time;
      }
    }),
  );
});
