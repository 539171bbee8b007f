import { filter } from 'rxjs';
import type { CategoryMetric, CategoryPartial, Event } from '../schemas/generated.ts';
import { categoryPartialSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { combine } from '../src/engine/combine.ts';
import { mapValues } from '../src/engine/message.ts';
import { topology } from '../src/engine/topology.ts';
import { tumblingWindow } from '../src/engine/windows.ts';
import { addSale, GRACE, HOUR, isTrade, noSales, type Sales, salesFields, sumSales } from './sales.ts';

/** Events without a category are counted under this name. */
export const UNKNOWN = 'unknown';

/** The category under which an event counts. */
export function categoryOf({ category }: Event): string {
  return category ?? UNKNOWN;
}

interface CategoryTotals extends Sales {
  priced: number;
  priceSum: number;
  minPrice: number | null;
  maxPrice: number | null;
}

const categoryTotals = {
  schema: {
    type: 'record',
    name: 'CategoryTotals',
    fields: [
      ...salesFields,
      { name: 'priced', type: 'long' },
      { name: 'priceSum', type: 'long' },
      { name: 'minPrice', type: ['null', 'long'] },
      { name: 'maxPrice', type: ['null', 'long'] },
    ],
  },
  init: (): CategoryTotals => ({ ...noSales(), priced: 0, priceSum: 0, minPrice: null, maxPrice: null }),
  add(totals: CategoryTotals, event: Event): CategoryTotals {
    addSale(totals, event);
    const { unitPrice } = event;
    if (event.kind === 'PURCHASE' && unitPrice !== null) {
      totals.priced++;
      totals.priceSum += unitPrice;
      totals.minPrice = totals.minPrice === null ? unitPrice : Math.min(totals.minPrice, unitPrice);
      totals.maxPrice = totals.maxPrice === null ? unitPrice : Math.max(totals.maxPrice, unitPrice);
    }
    return totals;
  },
};

/** First stage: each partition of customers counts its own share of every category's hour, cumulatively. */
export const categoryPartials = topology({
  name: 'category-partials',
  title: 'Hourly sales per category, as far as one partition of customers goes',
  from: { events: topics.events },
  to: { partials: topics.categoryPartials },
  build: ({ events }, keep) => ({
    partials: events.pipe(
      filter(isTrade),
      tumblingWindow(keep, {
        name: 'hourly',
        size: HOUR,
        grace: GRACE,
        by: ({ value }) => categoryOf(value),
        aggregate: categoryTotals,
        emit: 'update',
      }),
      mapValues(
        ({ key, start, end, value: { seen, ...totals } }): CategoryPartial => ({
          category: key,
          part: keep.partition,
          windowStart: start,
          windowEnd: end,
          ...totals,
          customers: seen.size,
        }),
      ),
    ),
  }),
});

/** Second stage: the parts of a category's hour, put together. */
export const categoryMetrics = topology({
  name: 'category-metrics',
  title: 'Hourly sales per category: transactions, customers, revenue, prices, returns',
  from: { partials: topics.categoryPartials },
  to: { metrics: topics.categoryMetrics },
  build: ({ partials }, keep) => ({
    metrics: partials.pipe(
      combine(keep, {
        name: 'hourly',
        schema: categoryPartialSchema,
        by: ({ category }) => category,
        part: ({ part }) => part,
        window: ({ windowStart, windowEnd }) => ({ start: windowStart, end: windowEnd }),
        grace: GRACE,
        merge: toMetric,
      }),
      mapValues(({ value, closed }): CategoryMetric => ({ ...value, complete: closed })),
    ),
  }),
});

function toMetric(parts: readonly CategoryPartial[]): Omit<CategoryMetric, 'complete'> {
  const [{ category, windowStart, windowEnd }] = parts as [CategoryPartial];
  const priced = parts.reduce((sum, part) => sum + part.priced, 0);
  const priceSum = parts.reduce((sum, part) => sum + part.priceSum, 0);
  const lows = parts.flatMap(({ minPrice }) => minPrice ?? []);
  const highs = parts.flatMap(({ maxPrice }) => maxPrice ?? []);
  return {
    category,
    windowStart,
    windowEnd,
    ...sumSales(parts),
    minPrice: lows.length === 0 ? null : Math.min(...lows),
    avgPrice: priced === 0 ? null : priceSum / priced,
    maxPrice: highs.length === 0 ? null : Math.max(...highs),
  };
}
