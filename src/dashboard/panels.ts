import type { RangeKind } from './ranges.ts';
import type { Dimension } from './shown.ts';

/** Tables of sql/migrations that panels read. */
export type PanelTable =
  | 'ecommerce_events'
  | 'client_profiles'
  | 'churn_scores'
  | 'predictions'
  | 'model_metrics'
  | 'model_results'
  | 'dead_letters'
  | 'late_events';

/** A question of the dashboard: a query of `sql/`, and what it is asked of. */
export interface PanelSpec {
  readonly id: string;
  /** Path within `sql/`. */
  readonly sql: string;
  readonly range: RangeKind;
  readonly reads: readonly PanelTable[];
  /** Without these it says nothing. */
  readonly needs: readonly Dimension[];
  /** Without these some of its rows or columns say nothing. */
  readonly partly?: readonly Dimension[];
  /** Its rows are groups of `customers`: those that agree in these columns make up a whole together. */
  readonly groupsWithin?: readonly string[];
}

const events = ['ecommerce_events'] as const;
const people = ['ecommerce_events', 'client_profiles'] as const;
const scored = ['ecommerce_events', 'churn_scores'] as const;
const chosen = { kind: 'chosen' } as const;

function hours(count: number): RangeKind {
  return { kind: 'hours', hours: count };
}

function view(number: number, name: string, spec: Omit<PanelSpec, 'id' | 'sql'>): PanelSpec {
  const padded = String(number).padStart(2, '0');
  return { id: `view-${padded}`, sql: `views/${padded}-${name}.sql`, ...spec };
}

/** The fifteen views of a shop, in their order. */
export const views: readonly PanelSpec[] = [
  view(1, 'peak-shopping-hours', { range: { kind: 'complete-days', days: 28 }, reads: events, needs: ['hour'] }),
  view(2, 'best-category-of-the-last-hour', { range: hours(1), reads: events, needs: ['hour', 'category'] }),
  view(3, 'sales-of-the-last-5-hours', { range: hours(5), reads: events, needs: ['hour'] }),
  view(4, 'last-hours-customer-profile', {
    range: hours(1),
    reads: people,
    needs: ['hour', 'customer'],
    partly: ['gender', 'age'],
    groupsWithin: ['dimension'],
  }),
  view(5, 'performance-by-category', {
    range: chosen,
    reads: events,
    needs: ['category'],
    partly: ['customer', 'returns'],
  }),
  view(6, 'sales-per-category-24-hours', { range: hours(24), reads: events, needs: ['hour', 'category'] }),
  view(7, 'total-per-day', { range: { kind: 'chosen-days' }, reads: events, needs: [], partly: ['customer'] }),
  view(8, 'payment-methods', { range: chosen, reads: events, needs: ['payment'] }),
  view(9, 'categories-with-the-highest-engagement', {
    range: { kind: 'days', days: 28 },
    reads: events,
    needs: ['category', 'customer'],
    partly: ['views', 'carts'],
  }),
  view(10, 'demographics-and-spending', {
    range: chosen,
    reads: people,
    needs: ['customer'],
    partly: ['gender', 'age', 'category'],
    groupsWithin: [],
  }),
  view(11, 'return-rate', {
    range: { kind: 'chosen-weeks' },
    reads: events,
    needs: ['returns'],
    partly: ['category'],
  }),
  view(12, 'category-revenue', { range: { kind: 'complete-days', days: 28 }, reads: events, needs: ['category'] }),
  view(13, 'high-value-customers', { range: { kind: 'days', days: 365 }, reads: scored, needs: ['customer'] }),
  view(14, 'gender-patterns', {
    range: chosen,
    reads: events,
    needs: ['gender'],
    partly: ['category'],
    groupsWithin: ['gender'],
  }),
  view(15, 'churn-predictions', { range: { kind: 'days', days: 180 }, reads: scored, needs: ['customer'] }),
];

/** What the models say of customers, and what that is worth. */
export const churnPanels: readonly PanelSpec[] = [
  {
    id: 'churn-at-risk',
    sql: 'churn/at-risk.sql',
    range: { kind: 'days', days: 180 },
    reads: ['ecommerce_events', 'churn_scores', 'predictions'],
    needs: ['customer'],
  },
  {
    id: 'churn-distribution',
    sql: 'churn/distribution.sql',
    range: { kind: 'days', days: 180 },
    reads: scored,
    needs: ['customer'],
  },
  { id: 'churn-live', sql: 'churn/live-metrics.sql', range: chosen, reads: ['model_metrics'], needs: ['customer'] },
  {
    id: 'churn-calibration',
    sql: 'churn/calibration.sql',
    range: chosen,
    reads: ['predictions', 'ecommerce_events'],
    needs: ['customer'],
  },
  { id: 'churn-drift', sql: 'churn/drift.sql', range: chosen, reads: ['predictions'], needs: ['customer'] },
];

export const panels: readonly PanelSpec[] = [...views, ...churnPanels];
