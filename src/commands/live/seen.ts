import type { Event } from '../../../schemas/generated.ts';
import type { Dimension } from '../../dashboard/shown.ts';

/** What a shop's events have had at least once, apart from their hours, and the time of the oldest of them. */
export interface Seen {
  readonly has: ReadonlySet<Dimension>;
  readonly first: number | null;
  see(event: Event): void;
}

/** Hot: `see` is called once per event. */
export function openSeen(): Seen {
  const has = new Set<Dimension>();
  let first = Number.POSITIVE_INFINITY;
  return {
    has,
    get first() {
      return Number.isFinite(first) ? first : null;
    },
    see({ kind, time, category, customerId, paymentMethod, gender, age, returned }) {
      if (time < first) first = time;
      if (category !== null) has.add('category');
      if (customerId !== null) has.add('customer');
      if (paymentMethod !== null) has.add('payment');
      if (gender !== null) has.add('gender');
      if (age !== null) has.add('age');
      if (kind === 'RETURN' || returned !== null) has.add('returns');
      if (kind === 'VIEW') has.add('views');
      if (kind === 'CART') has.add('carts');
    },
  };
}
