import { filter } from 'rxjs';
import { DAY } from '../datasets/civil.ts';
import type {
  CategoryStatistic,
  Event,
  Distribution as ReadonlyDistribution,
  Moments as ReadonlyMoments,
  StatisticPartial,
} from '../schemas/generated.ts';
import { statisticPartialSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { combine } from '../src/engine/combine.ts';
import { mapValues } from '../src/engine/message.ts';
import { topology } from '../src/engine/topology.ts';
import { tumblingWindow } from '../src/engine/windows.ts';
import { UNKNOWN } from './category-metrics.ts';
import {
  addValue,
  type Distribution,
  mergeDistributions,
  noValues,
  quantileOf,
  relativeError,
} from './distribution.ts';
import {
  addMoments,
  correlationOf,
  deviationOf,
  type Moments,
  meanOf,
  mergeMoments,
  noMoments,
  swapped,
} from './moments.ts';
import { GRACE } from './sales.ts';

/** The epoch was a Thursday; weeks begin on Mondays. */
const MONDAY = 4 * DAY;

type Measure = 'price' | 'quantity' | 'amount';
type Pair = 'priceQuantity' | 'priceAmount' | 'quantityAmount' | 'ageAmount';
type Spread = Record<Measure, Distribution> & Record<Pair, Moments>;

/** What a partial says beside it is no part of what is counted. */
const whose = ['category', 'part', 'windowStart', 'windowEnd'];

const spread = {
  schema: {
    type: 'record',
    name: 'Spread',
    namespace: 'ebb',
    fields:
      'fields' in statisticPartialSchema && Array.isArray(statisticPartialSchema.fields)
        ? statisticPartialSchema.fields.filter(({ name }) => !whose.includes(String(name)))
        : [],
  },
  init: (): Spread => ({
    price: noValues(),
    quantity: noValues(),
    amount: noValues(),
    priceQuantity: noMoments(),
    priceAmount: noMoments(),
    quantityAmount: noMoments(),
    ageAmount: noMoments(),
  }),
  add(all: Spread, { unitPrice, quantity, amount, age }: Event): Spread {
    addValue(all.quantity, quantity);
    addValue(all.amount, amount);
    addMoments(all.quantityAmount, quantity, amount);
    if (unitPrice !== null) {
      addValue(all.price, unitPrice);
      addMoments(all.priceQuantity, unitPrice, quantity);
      addMoments(all.priceAmount, unitPrice, amount);
    }
    if (age !== null) addMoments(all.ageAmount, age, amount);
    return all;
  },
};

/** First stage: each partition of customers gathers what it sees of every category's week, cumulatively. */
export const statisticPartials = topology({
  name: 'statistic-partials',
  title: "How a category's week is spread, as far as one partition of customers goes",
  from: { events: topics.events },
  to: { partials: topics.statisticPartials },
  build: ({ events }, keep) => ({
    partials: events.pipe(
      filter(({ value }) => value.kind === 'PURCHASE'),
      tumblingWindow(keep, {
        name: 'weekly',
        size: 7 * DAY,
        offset: MONDAY,
        grace: GRACE,
        by: ({ value }) => value.category ?? UNKNOWN,
        aggregate: spread,
        emit: 'update',
      }),
      mapValues(
        ({ key, start, end, value }): StatisticPartial => ({
          category: key,
          part: keep.partition,
          windowStart: start,
          windowEnd: end,
          ...value,
        }),
      ),
    ),
  }),
});

/** Second stage: the parts of a category's week, put together. */
export const categoryStatistics = topology({
  name: 'category-statistics',
  title: "A category's week: standard deviations, quartiles and correlations of prices, quantities and amounts",
  from: { partials: topics.statisticPartials },
  to: { statistics: topics.categoryStatistics },
  build: ({ partials }, keep) => ({
    statistics: partials.pipe(
      combine(keep, {
        name: 'weekly',
        schema: statisticPartialSchema,
        by: ({ category }) => category,
        part: ({ part }) => part,
        window: ({ windowStart, windowEnd }) => ({ start: windowStart, end: windowEnd }),
        grace: GRACE,
        merge: toStatistic,
      }),
      mapValues(({ value, closed }): CategoryStatistic => ({ ...value, complete: closed })),
    ),
  }),
});

/** Of any parts of any weeks of one category: sums and counts, so that they add up to what one would have gathered. */
export function toStatistic(parts: readonly StatisticPartial[]): Omit<CategoryStatistic, 'complete'> {
  const [{ category, windowStart, windowEnd }] = parts as [StatisticPartial];
  const measure = (name: Measure): ReadonlyDistribution => mergeDistributions(parts.map((part) => part[name]));
  const pair = (name: Pair): ReadonlyMoments => mergeMoments(parts.map((part) => part[name]));
  const [price, quantity, amount] = [measure('price'), measure('quantity'), measure('amount')];
  const [priceQuantity, quantityAmount] = [pair('priceQuantity'), pair('quantityAmount')];
  const amounts = swapped(quantityAmount);
  return {
    category,
    windowStart,
    windowEnd,
    purchases: quantityAmount.n,
    priceMean: meanOf(priceQuantity),
    priceDeviation: deviationOf(priceQuantity),
    priceLowerQuartile: quantileOf(price, 0.25),
    priceMedian: quantileOf(price, 0.5),
    priceUpperQuartile: quantileOf(price, 0.75),
    quantityMean: meanOf(quantityAmount),
    quantityDeviation: deviationOf(quantityAmount),
    quantityLowerQuartile: quantileOf(quantity, 0.25),
    quantityMedian: quantileOf(quantity, 0.5),
    quantityUpperQuartile: quantileOf(quantity, 0.75),
    amountMean: meanOf(amounts),
    amountDeviation: deviationOf(amounts),
    amountLowerQuartile: quantileOf(amount, 0.25),
    amountMedian: quantileOf(amount, 0.5),
    amountUpperQuartile: quantileOf(amount, 0.75),
    priceQuantityCorrelation: correlationOf(priceQuantity),
    priceAmountCorrelation: correlationOf(pair('priceAmount')),
    quantityAmountCorrelation: correlationOf(quantityAmount),
    ageAmountCorrelation: correlationOf(pair('ageAmount')),
    quartileError: Math.max(...[price, quantity, amount].map(relativeError)),
  };
}
