import type { CardSpec } from '../card.ts';
import { engagement, payment, performance } from './categories.ts';
import { churnBands, demographics, genders, highValue } from './customers.ts';
import { categoryRevenue, perDay, returnRate } from './days.ts';
import { bestCategory, categoryHours, lastHours, lastHoursCustomers, peakHours } from './hours.ts';

/** The fifteen views, what moves fastest first. */
export const shopCards: readonly CardSpec[] = [
  ...[bestCategory, lastHours, lastHoursCustomers, perDay, categoryHours, peakHours, performance],
  ...[payment, engagement, demographics, genders, categoryRevenue, returnRate, highValue, churnBands],
];
