import type { ChurnScore, ClientProfile } from '../../../schemas/generated.ts';
import { bold, count, dim, green, moment, money, red, table, yellow } from '../terminal.ts';
import type { Known, Predicted } from './known.ts';

/** Predictions that are shown; `--json` has all. */
const SHOWN = 12;

const paints = { LOST: red, AT_RISK: red, WATCH: yellow, LOW: green, UNSCORED: dim };

/** A customer's churn, for people. */
export function knownText({ shop, customerId, score, unscored, profile, predictions }: Known): string {
  const stream = process.stdout;
  const head = bold(`Customer ${customerId} of shop ${shop}`, stream);
  const risk =
    score === null || score.probability === null
      ? [['churn', `UNSCORED: ${unscored ?? ''}`]]
      : scoreLines(score, score.probability);
  return [
    head,
    table(['', ''], [...risk, ...(profile === null ? [] : profileLines(profile))]),
    ...(predictions.length === 0 ? [] : ['', history(predictions)]),
  ].join('\n');
}

function scoreLines(score: ChurnScore, probability: number): string[][] {
  const { asOf, horizonDays, previous, recency, trigger, model, version, reasons, currency } = score;
  const paint = paints[score.band];
  const was = previous === null ? '' : `; before that ${percent(previous)}`;
  const when = { PURCHASE: 'at a purchase', SILENCE: `silent for ${days(recency)}`, GRID: 'at the end of the month' };
  const stake = money(score.expectedSpend, currency);
  const loss = score.expectedLoss === null ? 'not counted: silent for 180 days' : money(score.expectedLoss, currency);
  return [
    [
      'churn',
      `${paint(score.band, process.stdout)}: ${percent(probability)} that nothing is bought in the ${days(horizonDays ?? 0)} after ${asOf}${was}`,
    ],
    ['scored', `${asOf}, ${when[trigger]}, by ${model ?? ''} ${version ?? ''}`],
    ...reasons.map(({ text, contribution }, index) => [
      index === 0 ? 'because' : '',
      `${text}  ${dim(effect(contribution), process.stdout)}`,
    ]),
    ['at stake', `${stake} in ${days(horizonDays ?? 0)} if the customer stays; expected loss ${loss}`],
  ];
}

/** In log-odds. */
function effect(contribution: number): string {
  const size = Math.abs(contribution).toFixed(2);
  return size === '0.00' ? 'does not move it' : `${contribution < 0 ? 'lowers' : 'raises'} it by ${size}`;
}

function profileLines(profile: ClientProfile): string[][] {
  const { purchases, orders, spend, returns, currency, firstPurchase, lastPurchase } = profile;
  const { favouriteCategory, preferredPayment, gender, age, country } = profile;
  const person = [gender, age === null ? null : `${age} years`, country].filter((one) => one !== null).join(', ');
  return [
    [
      'bought',
      `${count(purchases)} ${purchases === 1 ? 'line' : 'lines'} in ${count(orders)} ${orders === 1 ? 'order' : 'orders'} for ${money(spend, currency)}; ${count(returns)} returned`,
    ],
    ['from', `${day(firstPurchase)} to ${day(lastPurchase)}`],
    ...(favouriteCategory === null ? [] : [['most often', favouriteCategory]]),
    ...(preferredPayment === null ? [] : [['pays by', preferredPayment]]),
    ...(person === '' ? [] : [['is', person]]),
  ];
}

function history(predictions: readonly Predicted[]): string {
  const came = (label: number | null) => (label === null ? 'not known yet' : label === 1 ? 'left' : 'stayed');
  const rows = predictions
    .slice(0, SHOWN)
    .map((one) => [
      one.asOf,
      one.trigger === 'GRID' ? 'month end' : 'purchase',
      percent(one.probability),
      one.model,
      one.version,
      one.role.toLowerCase(),
      came(one.label),
    ]);
  const more = predictions.length - rows.length;
  return [
    table(['predicted', 'at', 'churn', 'model', 'version', 'as', 'and then'], rows),
    ...(more === 0 ? [] : [dim(`and ${count(more)} older: --json has all`, process.stdout)]),
  ].join('\n');
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(0)} %`;
}

function days(number: number): string {
  return `${number} ${number === 1 ? 'day' : 'days'}`;
}

function day(time: number | null): string {
  return time === null ? '–' : (moment(time).split(' ')[0] ?? '');
}
