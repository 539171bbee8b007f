import type { OfferPlan, PlannedCustomer, PlanOptions } from '../../churn/offer-plan.ts';
import { breakEvenSaveRate } from '../../churn/offers.ts';
import { bold, count, dim, table, yellow } from '../terminal.ts';
import type { Candidates } from './candidates.ts';

export interface MadePlan extends Candidates {
  readonly shop: string;
  readonly terms: PlanOptions & { readonly margin: number };
  readonly plan: OfferPlan;
}

/** Customers that are shown; `--csv` and `--json` have all. */
const SHOWN = 20;

/** A plan for people. */
export function planText(made: MadePlan): string {
  const { shop, plan, scores, candidates, terms, currency } = made;
  const stream = process.stdout;
  const inUnits = moneyIn(currency);
  const held = plan.customers.filter(({ group }) => group === 'holdout').length;
  const offers = plan.customers.length - held;
  const head = [
    [
      'customers',
      `${count(scores.size)}, ${count(candidates.length)} of them scored and with a purchase within 180 days`,
    ],
    ['offers', `${count(offers)}, and ${count(held)} of those chosen held out at random, who get none`],
    ['cost', `${inUnits(plan.cost)} expected, of a budget of ${inUnits(terms.budget)}`],
    ['gain', `${inUnits(plan.gain)} expected, if ${percent(terms.saveRate)} of those who would leave are saved`],
    ['breaks even', plan.customers.length === 0 ? nothing(made) : `at a save rate of ${percent(plan.breakEven)}`],
  ];
  const rows = plan.customers
    .slice(0, SHOWN)
    .map((one) => [
      one.customerId,
      one.group,
      percent(one.probability),
      inUnits(one.value),
      inUnits(one.cost),
      inUnits(one.gain),
      percent(one.breakEven),
      about(made, one).reason,
    ]);
  const more = plan.customers.length - rows.length;
  const header = ['customer', '', 'churn', 'worth', 'cost', 'gain', 'breaks even', 'because'];
  return [
    bold(`Shop ${shop}: whom to make an offer`, stream),
    table(['', ''], head),
    ...(rows.length === 0 ? [] : ['', table(header, rows)]),
    ...(more === 0 ? [] : [dim(`and ${count(more)} more: --csv has all`, stream)]),
    '',
    yellow(
      'Correlation, not uplift: who is likely to leave need not be who stays for an offer; the save rate is assumed.',
      stream,
    ),
    ...caveats.map((line) => dim(line, stream)),
  ].join('\n');
}

const caveats = [
  'After the horizon, compare how many have left among those offered and among the holdout: 1 − their ratio is the save rate.',
  'worth: margin × what the customer spends in a horizon. cost, gain: of one offer, on average.',
];

/** Why a plan is empty. */
function nothing({ candidates, terms }: MadePlan): string {
  if (candidates.length === 0) return 'nobody with a score has bought within 180 days';
  const rates = candidates.map((one) => breakEvenSaveRate([one], terms.cost));
  const least = rates.reduce((least, rate) => Math.min(least, rate));
  return least > 1
    ? 'at no save rate: an offer costs more than any of these customers is worth'
    : least < terms.saveRate
      ? 'below that, but not one offer fits into the budget'
      : `at a save rate of ${percent(least)} for the best of them, and no offer pays at ${percent(terms.saveRate)}`;
}

/** A plan with all of its customers, the best first. Money is in units of the currency. */
export function planJson(made: MadePlan): string {
  const { shop, currency, terms, plan } = made;
  const customers = plan.customers.map((one) => ({ ...one, ...about(made, one) }));
  return JSON.stringify({ shop, currency, terms, ...plan, customers, caveat: 'correlation, not uplift' });
}

const columns = [
  'customer_id',
  'group',
  'probability',
  'value',
  'expected_cost',
  'expected_gain',
  'break_even_save_rate',
  'currency',
  'as_of',
  'recency',
  'reason',
] as const;

/** The same as CSV (RFC 4180, lines end with a line feed). */
export function planCsv(made: MadePlan): string {
  const lines = made.plan.customers.map((one) => {
    const { asOf, recency, reason } = about(made, one);
    const { customerId, group, probability, value, cost, gain, breakEven } = one;
    return [customerId, group, probability, value, cost, gain, breakEven, made.currency, asOf, recency, reason];
  });
  return `${[columns, ...lines].map((cells) => cells.map(csvCell).join(',')).join('\n')}\n`;
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function about(made: MadePlan, { customerId }: PlannedCustomer) {
  const score = made.scores.get(customerId);
  return { asOf: score?.asOf ?? '', recency: score?.recency ?? 0, reason: score?.reasons[0]?.text ?? '' };
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

/** Units of the currency as money. */
function moneyIn(currency: string): (units: number) => string {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  return (units) => format.format(units);
}
