import fc from 'fast-check';
import { expect, test } from 'vitest';
import { share } from './share.ts';

const situation = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
  .chain((members) =>
    fc.tuple(
      fc.constant(members),
      fc.array(fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), { maxLength: 12 }),
    ),
  );

function countOf(owners: readonly (number | undefined)[], member: number): number {
  return owners.filter((owner) => owner === member).length;
}

test('every partition has one owner, and no member has two more than another', () => {
  fc.assert(
    fc.property(situation, ([members, owners]) => {
      const shared = share(owners, members);
      expect(shared.every((owner) => owner !== undefined && members.includes(owner))).toBe(true);
      const counts = members.map((member) => countOf(shared, member));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('no more is moved than must be', () => {
  fc.assert(
    fc.property(situation, ([members, owners]) => {
      const shared = share(owners, members);
      for (const member of members) {
        const kept = owners.filter((owner, p) => owner === member && shared[p] === member).length;
        expect(kept).toBe(Math.min(countOf(owners, member), countOf(shared, member)));
      }
    }),
  );
});

test('a fair share stays as it is', () => {
  fc.assert(
    fc.property(situation, ([members, owners]) => {
      const shared = share(owners, members);
      expect(share(shared, members)).toEqual(shared);
    }),
  );
});
