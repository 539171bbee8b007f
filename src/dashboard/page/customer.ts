/** One customer's whole story. */
import type { CustomerStory, Row } from '../shown.ts';
import { ask } from './ask.ts';
import { colour, drawing, series } from './chart.ts';
import { reasonsIn, trendOf } from './churn/at-risk.ts';
import { type Child, element } from './elements.ts';
import { figures } from './figures.ts';
import type { Format } from './format.ts';
import { number, text } from './numbers.ts';
import type { Screen } from './screen.ts';
import { section } from './section.ts';
import { bandOf } from './shop/customers.ts';
import { listing } from './table.ts';

export function customerScreen(customer: string, formatted: () => Promise<Format>): Screen {
  const place = element(
    'div',
    { class: 'grid' },
    section('12', `Customer ${customer}`, element('p', { class: 'lacking' }, 'looking…')),
  );
  void tell(customer, place, formatted);
  return { element: place, show() {}, close() {} };
}

async function tell(customer: string, place: HTMLElement, formatted: () => Promise<Format>): Promise<void> {
  try {
    const story = await ask<CustomerStory>(`api/stories/${encodeURIComponent(customer)}`);
    const parts = partsOf(story, await formatted());
    place.replaceChildren(...parts.map(({ element: part }) => part));
    for (const { draw } of parts) draw?.();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    place.replaceChildren(section('12', `Customer ${customer}`, element('p', { class: 'lacking' }, words)));
  }
}

interface Part {
  readonly element: HTMLElement;
  /** Once it is on the page. */
  readonly draw?: () => void;
}

function partsOf({ customer, profile, score, events, predictions }: CustomerStory, format: Format): readonly Part[] {
  return [
    { element: section('6', `Customer ${customer}`, profile === null ? null : profileOf(profile, format)) },
    { element: section('6', 'How likely to leave', score === null ? 'Not scored.' : scoreOf(score, format)) },
    historyOf(events, predictions, format),
    { element: section('7', 'Purchases and returns', eventsOf(events, format)) },
    { element: section('5', 'What was predicted, and what came', predictionsOf(predictions, format)) },
  ];
}

function profileOf(profile: Row, format: Format): Child {
  const known = (['gender', 'age', 'country', 'favourite_category', 'preferred_payment'] as const)
    .map((column) => profile[column])
    .filter((value) => value !== null && value !== undefined)
    .join(' · ');
  return [
    figures([
      ['spend', format.money(profile.spend)],
      ['orders', format.count(profile.orders)],
      ['mean order', format.money(profile.average_basket)],
      ['returns', format.count(profile.returns)],
      ['first purchase', format.day(profile.first_purchase)],
      ['last purchase', format.day(profile.last_purchase)],
    ]),
    element('p', { class: 'note' }, known),
  ];
}

function scoreOf(score: Row, format: Format): Child {
  const reasons = reasonsIn(score.reasons);
  return [
    figures([
      ['churn', format.percent(score.probability)],
      ['band', bandOf(score)],
      ['trend', trendOf(score.trend)],
      ['expected loss', format.money(score.expected_loss)],
      ['spend if they stay', format.money(score.expected_spend)],
    ]),
    element(
      'ul',
      { class: 'reasons' },
      reasons.map((reason) =>
        element(
          'li',
          {},
          reason.text,
          ' ',
          element('span', { class: reason.contribution > 0 ? 'worse' : 'better' }, reason.contribution > 0 ? '▲' : '▼'),
        ),
      ),
    ),
    element(
      'p',
      { class: 'note' },
      `As of ${text(score, 'as_of')}, by ${text(score, 'model').replaceAll('_', ' ')} ${text(score, 'version')}.`,
    ),
  ];
}

/** Purchases as bars, what was predicted as a line over them. */
function historyOf(events: readonly Row[], predictions: readonly Row[], format: Format): Part {
  const chart = drawing();
  const bought = events.filter(({ kind }) => kind === 'PURCHASE').toReversed();
  const frame = section('12', 'The whole story', chart.element);
  const draw = (): void =>
    chart.draw(`${bought.length} purchases, and the probability of churn predicted from time to time`, () => ({
      type: 'scatter',
      data: {
        datasets: [
          {
            label: 'purchases',
            data: bought.map((row) => ({ x: number(row, 'time'), y: format.units(row.amount) })),
            backgroundColor: series(0),
            borderColor: series(0),
            pointRadius: 4,
            yAxisID: 'y',
          },
          {
            label: 'probability of churn',
            data: predictions.map((row) => ({ x: number(row, 'time'), y: 100 * number(row, 'probability') })),
            showLine: true,
            stepped: 'before',
            backgroundColor: colour('bad'),
            borderColor: colour('bad'),
            borderWidth: 1.5,
            pointRadius: 0,
            yAxisID: 'percent',
          },
        ],
      },
      options: {
        interaction: { mode: 'nearest', intersect: false },
        scales: {
          x: {
            type: 'linear',
            ...spanOf([...bought, ...predictions]),
            ticks: { callback: (value) => format.day(Number(value)), maxTicksLimit: 7 },
          },
          y: {
            beginAtZero: true,
            ticks: { callback: (value) => format.shortMoney(Number(value) / format.units(1)), maxTicksLimit: 5 },
          },
          percent: {
            position: 'right',
            min: 0,
            max: 100,
            ticks: { callback: (value) => `${value} %`, maxTicksLimit: 5 },
          },
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ datasetIndex, parsed: { x, y } }) =>
                `${format.day(x)}: ${datasetIndex === 0 ? format.money(Number(y) / format.units(1)) : `${Math.round(Number(y))} %`}`,
            },
          },
        },
      },
    }));
  return { element: frame, draw };
}

/** Of the axis of time: no more than there is. */
function spanOf(rows: readonly Row[]): { readonly min?: number; readonly max?: number } {
  const times = rows.map((row) => number(row, 'time'));
  return times.length < 2 ? {} : { min: Math.min(...times), max: Math.max(...times) };
}

function eventsOf(events: readonly Row[], format: Format): HTMLElement {
  return listing({
    label: 'Purchases and returns',
    caption: 'Purchases and returns, the newest first',
    columns: [
      { name: 'When', head: true, cell: (row) => format.moment(row.time) },
      {
        name: '',
        cell: (row) => (row.kind === 'RETURN' ? 'returned' : row.returned === 1 ? 'bought, sent back' : 'bought'),
      },
      { name: 'What', cell: (row) => [row.product, row.category].filter((part) => part !== null).join(' · ') || '–' },
      { name: 'Units', number: true, cell: (row) => format.count(row.quantity) },
      { name: 'Amount', number: true, cell: (row) => format.money(row.amount) },
    ],
    rows: events,
    long: true,
  });
}

function predictionsOf(predictions: readonly Row[], format: Format): HTMLElement {
  const came = (row: Row): string => (row.churned === 1 ? 'left' : row.churned === 0 ? 'stayed' : 'not known yet');
  return listing({
    label: 'What was predicted',
    caption: 'What the champion predicted, the newest first',
    columns: [
      { name: 'On', head: true, cell: (row) => text(row, 'as_of') },
      { name: 'at', cell: (row) => (row.trigger === 'GRID' ? 'month end' : 'purchase') },
      { name: 'Churn', number: true, cell: (row) => format.percent(row.probability) },
      { name: 'And then', cell: came },
    ],
    rows: predictions.toReversed(),
    long: true,
  });
}
