/** What the models turned out to be worth. */
import type { Row } from '../../shown.ts';
import type { CardSpec } from '../card.ts';
import { colour, series } from '../chart.ts';
import { charted } from '../charted.ts';
import { distinct, number, sum, text } from '../numbers.ts';
import { stabilityIndex } from '../stability.ts';

const BINS = 20;

export const distribution: CardSpec = {
  panel: 'churn-distribution',
  title: 'Distribution of scores',
  span: 6,
  note: 'customers active within 180 days',
  open: charted('', (chart, { rows }, format) => {
    const bins = Array.from({ length: BINS }, (_, bin) =>
      number(
        rows.find((row) => row.bin === bin),
        'customers',
      ),
    );
    const name = (bin: number): string => `${(100 * bin) / BINS}–${(100 * (bin + 1)) / BINS} %`;
    const fill = (bin: number): string =>
      colour(bin >= 0.85 * BINS ? 'bad' : bin >= 0.6 * BINS ? 'risk' : bin >= 0.3 * BINS ? 'watch' : 'good');
    chart.draw(`How many of ${format.count(sum(rows, 'customers'))} customers have which probability of churn`, () => ({
      type: 'bar',
      data: {
        labels: bins.map((_, bin) => name(bin)),
        datasets: [
          {
            label: 'Customers',
            data: bins,
            backgroundColor: bins.map((_, bin) => fill(bin)),
            categoryPercentage: 1,
            barPercentage: 0.94,
          },
        ],
      },
      options: { scales: { y: { ticks: { maxTicksLimit: 5 } }, x: {} } },
    }));
    return {
      caption: 'Customers by probability of churn',
      columns: [
        { name: 'Churn', head: true, cell: (row) => name(number(row, 'bin')) },
        { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
      ],
      rows,
    };
  }),
};

export const calibration: CardSpec = {
  panel: 'churn-calibration',
  title: 'Calibration of the champion',
  span: 6,
  ranged: false,
  note: 'what it said at the newest month end of which the outcome is known',
  open: charted('', (chart, { rows }, format) => {
    const asOf = rows.length === 0 ? 'no month end has come to its end yet' : `predicted on ${text(rows[0], 'as_of')}`;
    chart.draw(`Share that left against what was predicted, in ten bins; ${asOf}`, () => ({
      type: 'scatter',
      data: {
        datasets: [
          {
            label: asOf,
            data: rows.map((row) => ({ x: 100 * number(row, 'predicted'), y: 100 * number(row, 'churned') })),
            backgroundColor: series(0),
            borderColor: series(0),
            pointRadius: 5,
          },
          {
            label: 'as predicted',
            data: [
              { x: 0, y: 0 },
              { x: 100, y: 100 },
            ],
            showLine: true,
            pointRadius: 0,
            borderColor: colour('quiet'),
            backgroundColor: colour('quiet'),
            borderDash: [5, 5],
            borderWidth: 1.5,
          },
        ],
      },
      options: {
        interaction: { mode: 'nearest' },
        scales: {
          x: { min: 0, max: 100, title: { display: true, text: 'predicted, %' } },
          y: { min: 0, max: 100, title: { display: true, text: 'left, %' }, ticks: { maxTicksLimit: 6 } },
        },
      },
    }));
    return {
      caption: 'Predicted and observed churn in ten bins',
      columns: [
        { name: 'Bin', head: true, cell: (row) => text(row, 'bin') },
        { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
        { name: 'Predicted', number: true, cell: (row) => format.percent(row.predicted) },
        { name: 'Left', number: true, cell: (row) => format.percent(row.churned) },
      ],
      rows,
    };
  }),
};

function modelName(row: Row | undefined): string {
  return text(row, 'model').replaceAll('_', ' ');
}

function roleOf(row: Row): string {
  return row.role === null ? 'baseline' : text(row, 'role').toLowerCase();
}

export const liveAuc: CardSpec = {
  panel: 'churn-live',
  title: 'Champion against challengers',
  span: 12,
  ranged: false,
  note: 'AUC of what was said live at the end of each month, when its outcome came',
  open: charted('', (chart, { rows }, format) => {
    const months = distinct(rows, 'month');
    const champions = new Map(rows.filter(({ role }) => role === 'CHAMPION').map((row) => [text(row, 'month'), row]));
    const others = [...new Set(rows.filter(({ role }) => role !== 'CHAMPION').map(modelName))];
    const of = new Map(
      rows.filter(({ role }) => role !== 'CHAMPION').map((row) => [`${row.month} ${modelName(row)}`, row.auc]),
    );
    const lines = others.map((name, index) => ({
      label: name,
      data: months.map((month) => of.get(`${month} ${name}`) ?? null) as (number | null)[],
      borderColor: series(index + 1),
      backgroundColor: series(index + 1),
      borderWidth: 1.5,
      borderDash: name === 'recency' || name === 'bg nbd' ? [4, 4] : [],
      pointRadius: 2,
    }));
    chart.draw('Live AUC by month of the champion, of challengers and of baselines', () => ({
      type: 'line',
      data: {
        labels: [...months],
        datasets: [
          {
            label: 'champion',
            data: months.map((month) => champions.get(month)?.auc ?? null) as (number | null)[],
            borderColor: colour('text'),
            backgroundColor: colour('text'),
            borderWidth: 2.5,
            pointRadius: 3,
          },
          ...lines,
        ],
      },
      options: { scales: { y: { suggestedMin: 0.5, suggestedMax: 1, ticks: { maxTicksLimit: 6 } }, x: {} } },
    }));
    return {
      label: 'Models live',
      caption: 'How models and baselines did live, the newest month first',
      columns: [
        { name: 'Month', head: true, cell: (row) => text(row, 'month') },
        { name: 'Model', cell: modelName },
        { name: 'Version', cell: (row) => text(row, 'version') },
        { name: 'As', cell: roleOf },
        { name: 'Customers', number: true, cell: (row) => format.count(row.tested_rows) },
        { name: 'Left', number: true, cell: (row) => format.percent(row.churned) },
        { name: 'AUC', number: true, cell: (row) => format.decimal(row.auc) },
        { name: '95 %', cell: (row) => `${format.decimal(row.auc_low)} to ${format.decimal(row.auc_high)}` },
        { name: 'AUC, active', number: true, cell: (row) => format.decimal(row.auc_active_180) },
        { name: 'Brier', number: true, cell: (row) => format.decimal(row.brier) },
        { name: 'Calibration error', number: true, cell: (row) => format.percent(row.calibration_error) },
        { name: 'by chance', number: true, cell: (row) => format.percent(row.calibration_error_floor) },
      ],
      rows: rows.toReversed(),
      long: true,
    };
  }),
};

const DRIFT_BINS = 10;

export const drift: CardSpec = {
  panel: 'churn-drift',
  title: 'Drift',
  span: 12,
  ranged: false,
  note: 'stability index of the champion’s probabilities against the month before: below .1 steady, above .25 moved',
  open: charted('short', (chart, { rows }, format) => {
    const days = distinct(rows, 'as_of');
    const countsOf = (day: string) =>
      Array.from({ length: DRIFT_BINS }, (_, bin) =>
        number(
          rows.find((row) => row.as_of === day && row.bin === bin),
          'customers',
        ),
      );
    const months: readonly Row[] = days.map((day, index) => {
      const own = rows.filter((row) => row.as_of === day);
      const customers = sum(own, 'customers');
      const before = days[index - 1];
      return {
        day,
        customers,
        mean: own.reduce((total, row) => total + number(row, 'customers') * number(row, 'probability'), 0) / customers,
        index: before === undefined ? null : stabilityIndex(countsOf(day), countsOf(before)),
      };
    });
    chart.draw('Stability index of the champion’s probabilities, month against month', () => ({
      type: 'bar',
      data: {
        labels: [...days],
        datasets: [
          {
            label: 'Stability index',
            data: months.map(({ index }) => index) as (number | null)[],
            backgroundColor: months.map(({ index }) =>
              colour(Number(index) > 0.25 ? 'bad' : Number(index) > 0.1 ? 'watch' : 'c1'),
            ),
            borderRadius: 3,
          },
        ],
      },
      options: { scales: { y: { suggestedMax: 0.3, ticks: { maxTicksLimit: 4 } }, x: {} } },
    }));
    return {
      label: 'Drift by month',
      caption: 'The champion’s probabilities by month end',
      columns: [
        { name: 'Month end', head: true, cell: (row) => text(row, 'day') },
        { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
        { name: 'Mean churn', number: true, cell: (row) => format.percent(row.mean) },
        { name: 'Stability index', number: true, cell: (row) => format.decimal(row.index) },
      ],
      rows: months.toReversed(),
      long: true,
    };
  }),
};
