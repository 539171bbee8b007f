import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowCollector } from './gathered.ts';
import { ofSome } from './labelled.ts';

const DAY = 19_000;

function collected(customers: readonly string[], share: number): RowCollector {
  const rows = new RowCollector({ snapshots: new Map([[DAY, share]]), purchases: new Map() });
  for (const [index, customer] of customers.entries())
    rows.add('snapshots', DAY, customer, index % 2, (into) => into.fill(customer.length));
  return rows;
}

it('what is kept of a share holds every smaller share, as if all had been kept', () => {
  const share = fc.double({ min: 0.05, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 60 }), share, share, (customers, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const [some, all] = [collected(customers, more), collected(customers, 1)];
      expect(ofSome(some.snapshot(DAY), less)).toEqual(ofSome(all.snapshot(DAY), less));
      expect(some.size('snapshots', DAY)).toBe(customers.length);
    }),
  );
});

it('what is not wanted is not kept', () => {
  const rows = collected(['a', 'b'], 1);
  rows.add('snapshots', DAY + 1, 'c', 1, () => {});
  rows.add('purchases', DAY, 'c', 1, () => {});
  expect([rows.size('snapshots', DAY + 1), rows.size('purchases', DAY), rows.snapshot(DAY).customers]).toEqual([
    0,
    0,
    ['a', 'b'],
  ]);
});
