import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alarms } from './alarms.ts';
import { newEntry } from './stateful.ts';
import type { Entry, Store } from './store.ts';

const NEVER = Number.POSITIVE_INFINITY;

function store(index: number): Store {
  return {
    name: `s${index}`,
    index,
    schema: 'long',
    entries: new Map(),
    dirty: [],
    changed: [],
    bytes: 0,
    wake() {},
    update() {},
  };
}

const stores = [store(0), store(1)];

function entries(): Entry[] {
  return stores.flatMap((one) => ['a', 'b', 'c', 'd'].map((key) => newEntry(one, key)));
}

function label({ store: { index }, key }: Entry): string {
  return `${index}${key}`;
}

describe('alarms', () => {
  it('come in the order of time, then store, then key, each once, wherever they have been moved', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({ entry: fc.nat(7), at: fc.constantFrom(1, 2, 3, 4, 5, 6, NEVER) }),
        fc.record({ upTo: fc.integer({ min: 0, max: 7 }) }),
      ),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(moves, (steps) => {
        const alarms = new Alarms();
        const all = entries();
        const due = new Map<Entry, number>();
        for (const step of steps) {
          if ('upTo' in step) {
            const expected = [...due]
              .filter(([, at]) => at <= step.upTo)
              .map(([entry, at]) => `${at} ${label(entry)}`)
              .sort();
            const taken: string[] = [];
            for (let one = alarms.take(step.upTo); one !== undefined; one = alarms.take(step.upTo)) {
              taken.push(`${one.at} ${label(one.entry)}`);
              due.delete(one.entry);
            }
            expect(taken).toEqual(expected);
          } else {
            const entry = all[step.entry];
            if (entry === undefined) continue;
            alarms.set(entry, step.at);
            if (step.at === NEVER) due.delete(entry);
            else due.set(entry, step.at);
          }
          expect(alarms.size).toBe(due.size);
        }
      }),
    );
  });

  it('takes memory for what waits, not for how often it was moved', () => {
    // Away and back, too: then several items agree with the entry.
    const again = fc.array(fc.record({ entry: fc.nat(7), at: fc.constantFrom(1, 2, 3, NEVER) }), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(again, (moves) => {
        const alarms = new Alarms();
        const all = entries();
        for (let round = 0; round < 200; round++) {
          for (const { entry, at } of moves) {
            const one = all[entry];
            if (one !== undefined) alarms.set(one, at);
          }
          expect(alarms.held).toBeLessThanOrEqual(65);
        }
      }),
      { numRuns: 50 },
    );
  });
});
