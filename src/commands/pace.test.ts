import { expect, it } from 'vitest';
import { clock, paceText } from './pace.ts';

it('tells rate and time left once both can be known', () => {
  expect(paceText({ done: 900, share: 0.1, elapsed: 1_000 }, 'rows')).toBe('');
  expect(paceText({ done: 0, share: 0, elapsed: 9_000 }, 'rows')).toBe('');
  expect(paceText({ done: 250_000, share: 0.25, elapsed: 20_000 }, 'rows')).toBe('12,500 rows/s, about 1:00 left');
  expect(paceText({ done: 250_000, share: undefined, elapsed: 20_000 }, 'rows')).toBe('12,500 rows/s');
  expect(paceText({ done: 250_000, share: 1, elapsed: 20_000 }, 'rows')).toBe('12,500 rows/s');
});

it('shows hours only where there are some', () => {
  expect([1, 59_000, 60_001, 3_723_000].map(clock)).toEqual(['0:01', '0:59', '1:01', '1:02:03']);
});
