import { transactionsFeed } from '../../../connectors/sources/generator/feed.ts';
import type { MadeUpSales } from '../../dashboard/generator-route.ts';

const SEED = 1;

/** The generator's sales from a moment of the wall clock on. A sale's number is of its moment, so that it is the same for whoever asks when. */
export const madeUpSales: MadeUpSales = (rate, from) => {
  const index = Math.ceil((from * rate) / 1_000);
  return transactionsFeed({ seed: SEED, start: 0, index, rate, since: { index: 0, time: 0 } });
};
