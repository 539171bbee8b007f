import type { SyntheticShopEvent } from '../../../schemas/generated.ts';
import { advance, begin, firstDayOf, type Life, type ShopOptions } from './life.ts';
import { randomAt, restart } from './random.ts';
import { type Season, seasonFrom } from './season.ts';
import { DAY } from './time.ts';
import { pushVisit, timeOfDay, type Visit } from './visit.ts';

const HOURS = 2;
const VISIT = 3;
const stream = randomAt(0); // restarted for every use

/** A simulated shop, day after day without end. */
export interface Shop {
  /** The day that `next` gives. */
  readonly day: number;
  /** The next day's events, in order of (time, customer, sequence), which depend on the options and the day alone. */
  next(): readonly SyntheticShopEvent[];
}

/**
 * Opens the shop before a day. Lives are simulated up to that day without their events: 20,000 customers and two years
 * take a fraction of a second. Memory is a few hundred bytes per living customer, and one day's events.
 */
export function openShop(options: ShopOptions, firstDay = 0): Shop {
  const season = seasonFrom(options.start);
  const agenda = new Map<number, Life[]>(); // living customers by the day of their next visit
  let born = 0;
  let day = firstDay;

  function schedule(life: Life): void {
    if (life.day === Number.POSITIVE_INFINITY) return;
    const lives = agenda.get(life.day);
    if (lives === undefined) agenda.set(life.day, [life]);
    else lives.push(life);
  }

  return {
    get day() {
      return day;
    },
    next() {
      while (firstDayOf(options, born) <= day) schedule(lifeAt(options, season, born++, day));
      const lives = agenda.get(day) ?? [];
      agenda.delete(day);
      lives.sort((one, other) => one.index - other.index);
      const midnight = options.start + day * DAY;
      const events: SyntheticShopEvent[] = [];
      for (const life of lives) {
        pushDay(events, options, life, season, day);
        schedule(life);
      }
      day++;
      return inTimeOrder(events, midnight);
    },
  };
}

/** A customer's life, standing before the first visit on or after `day`. */
export function lifeAt(options: ShopOptions, season: Season, index: number, day: number): Life {
  const life = begin(options, season, index);
  while (life.day < day) advance(life, season);
  return life;
}

/** Hot path: everything that a customer does on a day. */
function pushDay(out: SyntheticShopEvent[], options: ShopOptions, life: Life, season: Season, day: number): void {
  const { customer, index } = life;
  const visits: Visit[] = [];
  while (life.day === day) {
    visits.push({ number: life.visit, buys: life.buys, returned: life.returned });
    advance(life, season);
  }
  // The life says in which order the visits come, so their hours are drawn together and sorted.
  restart(stream, options.seed, HOURS, index, day);
  const times = visits.map(() => timeOfDay(stream)).sort((one, other) => one - other);
  const midnight = options.start + day * DAY;
  for (const [position, visit] of visits.entries()) {
    restart(stream, options.seed, VISIT, index, visit.number);
    pushVisit(out, customer, visit, stream, midnight, midnight + (times[position] ?? 0));
  }
}

/** Hot path: by time, and in the order given where times are equal. Sorts plain numbers, time × size + index (a day's are far below 2^53). */
function inTimeOrder(events: readonly SyntheticShopEvent[], midnight: number): readonly SyntheticShopEvent[] {
  const size = events.length;
  const keys = new Float64Array(size);
  for (let index = 0; index < size; index++) {
    keys[index] = ((events[index]?.timestamp ?? 0) - midnight) * size + index;
  }
  keys.sort();
  const sorted: SyntheticShopEvent[] = [];
  for (const key of keys) {
    const event = events[key % size];
    if (event !== undefined) sorted.push(event);
  }
  return sorted;
}
