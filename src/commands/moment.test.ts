import { expect, it } from 'vitest';
import { offsetsText, parseMoment } from './moment.ts';

it('takes the start, days and instants with their zone, and offsets', () => {
  expect(parseMoment('start', 'demo')).toEqual({ kind: 'start' });
  expect(parseMoment('2025-03-08', 'demo')).toEqual({ kind: 'time', time: Date.UTC(2025, 2, 8) });
  expect(parseMoment('2025-03-08T12:00+02:00', 'demo')).toEqual({ kind: 'time', time: Date.UTC(2025, 2, 8, 10) });
  const offsets = new Map([
    [0, { 'demo.events': 120 }],
    [1, { 'demo.events': 98, 'demo.orders': 0 }],
  ]);
  expect(parseMoment('events/0=120, demo.events/1=98,orders/1=0', 'demo')).toEqual({ kind: 'offsets', offsets });
  expect(offsetsText('demo', offsets)).toBe('events/0=120,events/1=98,orders/1=0');
});

it.each(['2025-03-08T12:00', '2025-13-01', 'yesterday', '1741392000000', 'events=3', 'events/x=3', ''])(
  'refuses %j, which could mean more than one moment, or none',
  (text) => {
    expect(() => parseMoment(text, 'demo')).toThrow(/--to /);
  },
);
