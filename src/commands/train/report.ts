import type { ModelResult } from '../../../schemas/generated.ts';
import { bold, count, dim, table, yellow } from '../terminal.ts';

export interface ReportHead {
  readonly shop: string;
  /** What is asked of each customer: `who buys nothing within 90 days?`. */
  readonly question: string;
  readonly learntFrom: string;
  readonly calibratedOn: string;
  readonly testedOn: string;
}

/** Everything about a training that a person wants to know, the best model first. @param notes what follows from it */
export function reportText(head: ReportHead, results: readonly ModelResult[], notes: readonly string[]): string {
  const stream = process.stdout;
  const [first] = results;
  if (first === undefined) return '';
  const share = `${(100 * (first.churned ?? Number.NaN)).toFixed(1)} %`;
  const about = table(
    ['', ''],
    [
      [
        'learnt from',
        `${head.learntFrom}: ${count(first.trainedRows)} rows, ${count(first.trainedPurchaseRows)} of them at purchases`,
      ],
      ['calibrated on', head.calibratedOn],
      [
        'tested on',
        `${head.testedOn}: ${count(first.testedRows)} customers, ${share} of them yes; ${count(first.activeRows)} with a purchase within 180 days`,
      ],
    ],
  );
  const rows = results.map((one) => [
    one.model,
    decimals(one.auc),
    between(one.aucLow, one.aucHigh),
    decimals(one.aucActive180),
    between(one.aucActive180Low, one.aucActive180High),
    decimals(one.brier, 4),
    decimals(one.calibrationError),
    decimals(one.calibrationErrorFloor),
    decimals(one.f1),
    one.seconds.toFixed(1),
  ]);
  const header = ['', 'AUC', '95 %', 'active', '95 %', 'Brier', 'cal. error', 'floor', 'F1', 'seconds'];
  return [
    bold(`Shop ${head.shop}: ${head.question}`, stream),
    about,
    '',
    table(header, rows, { stream }),
    '',
    ...meaning.map((line) => dim(line, stream)),
    ...(notes.length === 0 ? [] : ['', ...notes.map((line) => yellow(line, stream))]),
  ].join('\n');
}

const meaning = [
  'AUC: the chance that a customer who left scored above one who stayed; .5 is a coin. active: among those with a purchase',
  'within 180 days, where it is hard to tell. Brier, cal. error: how far probabilities are from what happened; cal. error is',
  'read against its floor, which chance alone makes of it. bg_nbd and recency (days since the last purchase) are to be beaten.',
];

/** What must be said where nothing was learnt. */
export function unpredictable(results: readonly ModelResult[]): readonly string[] {
  const best = results.find(({ engine }) => engine !== 'baseline');
  if (best === undefined || best.auc === null || best.aucLow === null || best.aucHigh === null) return [];
  if (best.aucLow > 0.5 || best.aucHigh < 0.5) return [];
  return [
    `These data do not predict churn: the best model has an AUC of ${decimals(best.auc)} (${between(best.aucLow, best.aucHigh)}), which chance alone explains.`,
  ];
}

/** `.839`, as is usual for shares; `–` where it is not defined. */
function decimals(value: number | null, digits = 3): string {
  return value === null ? '–' : value.toFixed(digits).replace(/^(-?)0\./, '$1.');
}

function between(low: number | null, high: number | null): string {
  return low === null || high === null ? '–' : `${decimals(low)} to ${decimals(high)}`;
}
