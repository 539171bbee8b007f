/** For tests of tables: a record of each topic of what comes of churn models, and columns that its row is to have. */
import type { ChurnPrediction, ChurnScore, ModelMetric } from '../../schemas/generated.ts';

const score: ChurnScore = {
  ...{ customerId: 'c1', asOf: '2024-03-31', trigger: 'GRID', time: 1_711_929_600_000, probability: 0.1 + 0.2 },
  ...{ band: 'LOW', model: 'random_forest', version: '2024-01-31-ab12', horizonDays: 90 },
  reasons: [{ code: 'SILENCE_AND_RHYTHM', contribution: -1 / 3, text: 'bought today; usual gap 21 “days”' }],
  ...{ previous: 0.5, trend: -0.2, recency: 0, frequency: 3, active180: true, expectedSpend: 1000 / 3 },
  ...{ expectedLoss: 100, currency: 'EUR', partition: 2, offset: 7 },
};

const prediction: ChurnPrediction = {
  ...{ customerId: 'c1', asOf: '2024-03-31', trigger: 'GRID', time: 1_711_929_600_000, model: 'linear_svc' },
  ...{ version: '2024-01-31-cd34', role: 'CHALLENGER', probability: 1 / 3, horizonDays: 90 },
};

const metric: ModelMetric = {
  ...{
    model: 'recency',
    version: '2024-03-31',
    month: '2024-03',
    role: null,
    horizonDays: 90,
    time: 1_719_705_600_000,
  },
  ...{ testedRows: 230, churned: 0.7, activeRows: 120, auc: 0.83, aucLow: 0.8, aucHigh: 0.86 },
  ...{ aucActive180: 0.7, aucActive180Low: 0.6, aucActive180High: 0.8, logLoss: null, logLossLow: null },
  ...{ logLossHigh: null, brier: null, brierLow: null, brierHigh: null, calibrationError: null },
  calibrationErrorFloor: null,
};

export const churnRecords: readonly {
  readonly topic: string;
  readonly table: string;
  readonly value: object;
  readonly row: Readonly<Record<string, unknown>>;
}[] = [
  {
    ...{ topic: 'churn-scores', table: 'churn_scores', value: score },
    row: {
      ...{ customer_id: 'c1', as_of: '2024-03-31', trigger: 'GRID', time: score.time, probability: 0.1 + 0.2 },
      ...{ band: 'LOW', active_180: 1, reasons: JSON.stringify(score.reasons), expected_spend: 1000 / 3 },
      ...{ expected_loss: 100, source_partition: 2, source_offset: 7 },
    },
  },
  {
    ...{ topic: 'predictions', table: 'predictions', value: prediction },
    row: { customer_id: 'c1', trigger: 'GRID', version: '2024-01-31-cd34', role: 'CHALLENGER', probability: 1 / 3 },
  },
  {
    ...{ topic: 'model-metrics', table: 'model_metrics', value: metric },
    row: {
      ...{ model: 'recency', month: '2024-03', role: null, tested_rows: 230, auc_active_180: 0.7 },
      ...{ auc_active_180_low: 0.6, log_loss: null },
    },
  },
];
