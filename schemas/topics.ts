import { topic } from '../src/engine/topic.ts';
import {
  type CategoryMetric,
  type CategoryPartial,
  type CategoryStatistic,
  type ChurnExample,
  type ChurnModel,
  type ChurnOutcome,
  type ChurnPrediction,
  type ChurnScore,
  type ClientProfile,
  categoryMetricSchema,
  categoryPartialSchema,
  categoryStatisticSchema,
  churnExampleSchema,
  churnModelSchema,
  churnOutcomeSchema,
  churnPredictionSchema,
  churnScoreSchema,
  clientProfileSchema,
  type Event,
  eventSchema,
  type ModelMetric,
  type ModelResult,
  modelMetricSchema,
  modelResultSchema,
  type PostedEvent,
  postedEventSchema,
  type SegmentMetric,
  type SegmentPartial,
  type Session,
  type StatisticPartial,
  type SyntheticShopEvent,
  type SyntheticTransaction,
  segmentMetricSchema,
  segmentPartialSchema,
  sessionSchema,
  statisticPartialSchema,
  syntheticShopEventSchema,
  syntheticTransactionSchema,
} from './generated.ts';

/** The canonical topics of a shop. Raw topics belong to their datasets. */
export const topics = {
  /** By customer; anonymous ones by order, so that an order stays together. */
  events: topic<Event>({
    name: 'events',
    schema: eventSchema,
    key: ({ customerId, orderId, eventId }) => customerId ?? orderId ?? eventId,
    ticked: true,
  }),
  categoryPartials: topic<CategoryPartial>({
    name: 'category-partials',
    schema: categoryPartialSchema,
    key: ({ category }) => category,
    ticked: true,
  }),
  categoryMetrics: topic<CategoryMetric>({
    name: 'category-metrics',
    schema: categoryMetricSchema,
    key: ({ category }) => category,
  }),
  statisticPartials: topic<StatisticPartial>({
    name: 'statistic-partials',
    schema: statisticPartialSchema,
    key: ({ category }) => category,
    ticked: true,
  }),
  categoryStatistics: topic<CategoryStatistic>({
    name: 'category-statistics',
    schema: categoryStatisticSchema,
    key: ({ category }) => category,
  }),
  segmentPartials: topic<SegmentPartial>({
    name: 'segment-partials',
    schema: segmentPartialSchema,
    key: ({ dimension, segment }) => `${dimension}/${segment}`,
    ticked: true,
  }),
  segmentMetrics: topic<SegmentMetric>({
    name: 'segment-metrics',
    schema: segmentMetricSchema,
    key: ({ dimension, segment }) => `${dimension}/${segment}`,
  }),
  clientProfiles: topic<ClientProfile>({
    name: 'client-profiles',
    schema: clientProfileSchema,
    key: ({ customerId }) => customerId,
    cleanup: 'compact',
  }),
  /**
   * What programs post to the API, at least once. By event id and not by customer, so that repeats meet whatever became of the rest:
   * normalisation drops them.
   */
  posted: topic<PostedEvent>({
    name: 'posted.events',
    schema: postedEventSchema,
    key: ({ eventId }) => eventId,
    ticked: true,
  }),
  /** What the generator's preset `transactions` writes: made-up sales. NiFi and HTTP clients do so, too: at least once, and without ticks. */
  syntheticTransactions: topic<SyntheticTransaction>({
    name: 'synthetic.transactions',
    schema: syntheticTransactionSchema,
    key: ({ customerId }) => customerId,
    ticked: true,
    disorder: 3_600_000,
  }),
  /** What the preset `shop` writes: simulated customers' views, carts, purchases and returns. */
  syntheticShop: topic<SyntheticShopEvent>({
    name: 'synthetic.shop',
    schema: syntheticShopEventSchema,
    key: ({ customerId }) => customerId,
    ticked: true,
  }),
  churnExamples: topic<ChurnExample>({
    name: 'churn-examples',
    schema: churnExampleSchema,
    key: ({ customerId }) => customerId,
    ticked: true,
  }),
  /** One line for each model that was tested, and each baseline beside it; `ebb train` writes it. */
  modelResults: topic<ModelResult>({
    name: 'model-results',
    schema: modelResultSchema,
    key: ({ model, version, testedAt }) => `${model}/${version}/${testedAt}`,
    cleanup: 'compact',
  }),
  /** What each model in force said of a customer on a day of which there will be an example. */
  predictions: topic<ChurnPrediction>({
    name: 'predictions',
    schema: churnPredictionSchema,
    key: ({ customerId }) => customerId,
    ticked: true,
  }),
  churnOutcomes: topic<ChurnOutcome>({
    name: 'churn-outcomes',
    schema: churnOutcomeSchema,
    key: ({ customerId }) => customerId,
    ticked: true,
  }),
  churnScores: topic<ChurnScore>({
    name: 'churn-scores',
    schema: churnScoreSchema,
    key: ({ customerId }) => customerId,
    cleanup: 'compact',
  }),
  /** A record for each role that a model has had, under a key of its own: compaction must not forget who was in force when. */
  models: topic<ChurnModel>({
    name: 'models',
    schema: churnModelSchema,
    key: ({ version, inForceFrom }) => `${version}/${inForceFrom}`,
    cleanup: 'compact',
    ticked: true,
  }),
  /** How models did live, and baselines beside them. */
  modelMetrics: topic<ModelMetric>({
    name: 'model-metrics',
    schema: modelMetricSchema,
    key: ({ model, version, month }) => `${model}/${version}/${month}`,
    cleanup: 'compact',
  }),
  sessions: topic<Session>({ name: 'sessions', schema: sessionSchema, key: ({ customerId }) => customerId }),
} as const;
