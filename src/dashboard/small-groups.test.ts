import { describe, expect, it } from 'vitest';
import { withoutSmallGroups } from './small-groups.ts';

const group = (dimension: string, segment: string, customers: number) => ({ dimension, segment, customers });

describe('small groups', () => {
  it('are left out, with as many others as keep their sum from telling what they are', () => {
    const rows = [group('gender', 'F', 40), group('gender', 'M', 12), group('gender', 'unknown', 3)];
    expect(withoutSmallGroups(rows, ['dimension'], 10)).toEqual({ rows: rows.slice(0, 1), hidden: 2 });
  });

  it('are enough by themselves when they are ten customers together', () => {
    const rows = [
      group('age', '18-24', 40),
      group('age', '25-34', 12),
      group('age', '35-44', 4),
      group('age', '45+', 6),
    ];
    expect(withoutSmallGroups(rows, ['dimension'], 10)).toEqual({ rows: rows.slice(0, 2), hidden: 2 });
  });

  it('are those of one whole, not of another', () => {
    const rows = [group('all', 'all', 52), group('loyalty', 'new', 9), group('loyalty', 'returning', 43)];
    expect(withoutSmallGroups(rows, ['dimension'], 10)).toEqual({ rows: rows.slice(0, 1), hidden: 2 });
  });

  it('leave nothing where everything is one, and all where nothing is', () => {
    const one = [group('all', 'all', 2)];
    expect(withoutSmallGroups(one, ['dimension'], 10)).toEqual({ rows: [], hidden: 1 });
    const large = [group('gender', 'M', 10), group('gender', 'F', 11)];
    expect(withoutSmallGroups(large, [], 10)).toEqual({ rows: large, hidden: 0 });
    expect(withoutSmallGroups([], [], 10)).toEqual({ rows: [], hidden: 0 });
  });
});
