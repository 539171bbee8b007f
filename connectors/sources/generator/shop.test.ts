import { createHash, type Hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SyntheticShopEvent } from '../../../schemas/generated.ts';
import { shopFeed } from './feed.ts';
import { purchasesOf } from './life.ts';
import { seasonFrom } from './season.ts';
import { openShop } from './shop.ts';
import { DAY, MINUTE } from './time.ts';

const start = Date.UTC(2024, 0, 1);
const small = { seed: 5, customers: 300, start };

function days(options: typeof small, from: number, to: number): readonly SyntheticShopEvent[] {
  const shop = openShop(options, from);
  return Array.from({ length: to - from }, () => shop.next()).flat();
}

function digest(events: Iterable<SyntheticShopEvent>): string {
  const hash: Hash = createHash('sha256');
  for (const event of events) hash.update(JSON.stringify(event));
  return hash.digest('hex').slice(0, 16);
}

describe('the same bytes', () => {
  const whole = days(small, 0, 740);

  test('for the same seed, number of customers and start, at any time', () => {
    expect(digest(days({ seed: 1, customers: 20_000, start }, 0, 2))).toBe('322e6974e5b39a06');
    expect(digest(whole)).toBe('b9a446418cc7197d');
    expect(digest(days(small, 0, 740))).toBe(digest(whole));
  });

  test('and others for another seed, number or start', () => {
    const others = [
      { ...small, seed: 6 },
      { ...small, customers: 600 },
      { ...small, start: start + DAY },
    ];
    const digests = [small, ...others].map((options) => digest(days(options, 0, 60)));
    expect(new Set(digests).size).toBe(4);
  });

  test.each([0, 1, 57, 400, 729, 730, 735])('from day %i on, whatever was simulated before', (day) => {
    const rest = whole.filter(({ timestamp }) => timestamp >= start + day * DAY);
    expect(digest(days(small, day, 740))).toBe(digest(rest));
  });

  test('from any saved position', () => {
    const feed = shopFeed(small, { day: 0, index: 0 });
    for (const [index, event] of whole.slice(0, 3000).entries()) {
      expect(feed.head).toEqual(event);
      if (index % 271 === 0) expect(shopFeed(small, feed.position()).head).toEqual(event);
      feed.take();
    }
  });
});

describe('a shop of 20,000 customers', () => {
  const options = { seed: 1, customers: 20_000, start };
  const season = seasonFrom(start);
  const lives = Array.from({ length: options.customers }, (_, index) => purchasesOf(options, season, index, 729));
  const purchaseDays = lives.flatMap(({ purchases }) => purchases.map(({ day }) => day));

  test('sells about 158 times a day', () => {
    expect(purchaseDays.length / 730).toBeGreaterThan(150);
    expect(purchaseDays.length / 730).toBeLessThan(166);
  });

  test('has a third of one-time buyers', () => {
    const once = lives.filter(({ purchases }) => purchases.length === 1).length / lives.length;
    expect(once).toBeGreaterThan(0.32);
    expect(once).toBeLessThan(0.35);
  });

  test('acquires evenly over the first 630 days, everybody buying at once', () => {
    const firsts = lives.map(({ purchases }) => purchases[0]?.day ?? Number.NaN);
    expect(Math.max(...firsts)).toBeLessThan(630);
    for (let part = 0; part < 7; part++) {
      const count = firsts.filter((day) => Math.floor(day / 90) === part).length;
      expect(Math.abs(count - 20_000 / 7)).toBeLessThan(4 * Math.sqrt((20_000 * 6) / 49));
    }
  });

  test('repeat purchases follow the season', () => {
    // Between neighbouring stretches of days the living customers hardly change, so counts go as operational time does.
    const repeats = lives.flatMap(({ purchases }) => purchases.slice(1).map(({ day }) => day));
    const count = (from: number, to: number) => repeats.filter((day) => day >= from && day < to).length;
    const holidays = 366 + 325;
    const observed = count(holidays, holidays + 32) / count(holidays - 32, holidays);
    const expected =
      (season.weeks(holidays + 32) - season.weeks(holidays)) / (season.weeks(holidays) - season.weeks(holidays - 32));
    expect(observed / expected).toBeGreaterThan(0.9);
    expect(observed / expected).toBeLessThan(1.1);
    expect(expected).toBeGreaterThan(1.3);
  });

  test('gets new customers at the same rate from day 730 on', () => {
    const fresh = Array.from(
      { length: 640 },
      (_, k) => purchasesOf(options, season, 20_000 + k, 800).purchases[0]?.day,
    );
    expect(fresh[0]).toBe(730);
    expect(fresh[639]).toBe(750);
  });
});

describe('its events', () => {
  const options = { seed: 9, customers: 3_000, start };
  const events = days(options, 0, 730);
  const of = (kind: SyntheticShopEvent['kind']) => events.filter((event) => event.kind === kind);
  const visits = Map.groupBy(events, ({ eventId }) => eventId.slice(0, eventId.lastIndexOf('-')));

  test('are in time order, each with an id of its own', () => {
    const behind = events.filter(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0));
    expect(behind).toEqual([]);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
  });

  test('are the lives’ purchases and returns, on their days', () => {
    const season = seasonFrom(start);
    const dayOf = ({ customerId, timestamp }: SyntheticShopEvent) =>
      `${customerId} ${Math.floor((timestamp - start) / DAY)}`;
    const bought: string[] = [];
    const returned: string[] = [];
    for (let index = 0; index < options.customers; index++) {
      const { customer, purchases } = purchasesOf(options, season, index, 729);
      for (const purchase of purchases) {
        bought.push(`${customer.id} ${purchase.day}`);
        if (purchase.returned) returned.push(`${customer.id} ${purchase.day}`);
      }
    }
    expect(of('PURCHASE').map(dayOf).sort()).toEqual(bought.sort());
    expect(of('RETURN').map(dayOf).sort()).toEqual(returned.sort());
  });

  test('of a purchase are 1 to 20 views, a cart, the purchase, and its return', () => {
    for (const visit of visits.values()) {
      const kinds = visit.map(({ kind }) => kind[0]).join('');
      expect(kinds).toMatch(/^V{1,20}(C(PR?)?)?$/);
    }
  });

  test('are without a purchase in twice as many visits as with one', () => {
    const buying = [...visits.values()].filter((visit) => visit.some(({ kind }) => kind === 'PURCHASE')).length;
    expect((visits.size - buying) / buying).toBeGreaterThan(1.9);
    expect((visits.size - buying) / buying).toBeLessThan(2.1);
  });

  test('of one visit stay within half an hour of each other, and within a day', () => {
    let longest = 0;
    let overnight = 0;
    for (const visit of visits.values()) {
      const session = visit.filter(({ kind }) => kind !== 'RETURN');
      for (const [index, event] of session.entries()) {
        longest = Math.max(longest, event.timestamp - (session[index - 1] ?? event).timestamp);
      }
      if (new Set(visit.map(({ timestamp }) => Math.floor(timestamp / DAY))).size > 1) overnight++;
    }
    expect(longest).toBeLessThan(30 * MINUTE);
    expect(overnight).toBe(0);
  });

  test('have the gamma-gamma’s mean spend, amounts that are price times quantity, and returns that undo them', () => {
    const purchases = of('PURCHASE');
    const mean = purchases.reduce((sum, { amount }) => sum + amount, 0) / purchases.length;
    expect(mean).toBeGreaterThan(0.9 * ((6.25 * 1544) / 2.74));
    expect(mean).toBeLessThan(1.1 * ((6.25 * 1544) / 2.74));
    const odd = events.filter(({ kind, amount, unitPrice, quantity }) => {
      const sale = kind === 'PURCHASE' || kind === 'RETURN';
      return amount !== (sale ? unitPrice * quantity : 0);
    });
    expect(odd).toEqual([]);
    const byOrder = new Map(purchases.map((purchase) => [purchase.orderId, purchase]));
    for (const back of of('RETURN')) {
      expect(back.amount).toBe(-(byOrder.get(back.orderId)?.amount ?? Number.NaN));
      expect(back.timestamp).toBeGreaterThan(byOrder.get(back.orderId)?.timestamp ?? Number.NaN);
    }
  });

  test('come in the evening most', () => {
    const hours = of('PURCHASE').map(({ timestamp }) => Math.floor((timestamp % DAY) / (60 * MINUTE)));
    const share = (from: number, to: number) => hours.filter((hour) => hour >= from && hour < to).length / hours.length;
    expect(share(18, 22)).toBeCloseTo(0.6 * 0.683 + 0.15 * (4 / 24), 1);
    expect(share(11, 14)).toBeCloseTo(0.25 * 0.683 + 0.15 * (3 / 24), 1);
  });

  test('pay by a method that depends on age, and buy what depends on gender', () => {
    const share = (of: (event: SyntheticShopEvent) => boolean, among: (event: SyntheticShopEvent) => boolean) => {
      const group = events.filter((event) => event.kind === 'PURCHASE' && among(event));
      return group.filter(of).length / group.length;
    };
    const paypal = (event: SyntheticShopEvent) => event.paymentMethod === 'PayPal';
    const beauty = (event: SyntheticShopEvent) => event.category === 'Beauty';
    expect(share(paypal, ({ age }) => age < 35)).toBeGreaterThan(2 * share(paypal, ({ age }) => age >= 55));
    expect(share(beauty, ({ gender }) => gender === 'Female')).toBeGreaterThan(
      1.4 * share(beauty, ({ gender }) => gender === 'Male'),
    );
  });
});
