/** The dashboard of a shop: the fifteen views over the tables in MariaDB. Pure. */
import { panelSql, type ShopPanel, shopPanels } from './panels.ts';
import { shopVariables, variableJson } from './variables.ts';

const datasource = { type: 'mysql', uid: 'ebb-mariadb' };
const HEIGHT = 9;

/** Grafana's JSON of the dashboard. @param textOf the SQL of the view with a number, as it is in sql/views */
export function shopDashboard(textOf: (number: string) => string): object {
  return {
    uid: 'ebb-shop',
    title: 'Ebb: a shop',
    tags: ['ebb'],
    timezone: 'utc',
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-28d', to: 'now' },
    templating: { list: shopVariables.map(variableJson) },
    panels: shopPanels.map((panel, index) => panelJson(panel, index, textOf(panel.number))),
  };
}

function panelJson(panel: ShopPanel, index: number, text: string): object {
  return {
    id: index + 1,
    type: panel.type,
    title: panel.title,
    description: descriptionOf(text),
    datasource,
    gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * HEIGHT, w: 12, h: HEIGHT },
    targets: [{ refId: 'A', datasource, format: 'table', rawQuery: true, rawSql: panelSql(text, panel) }],
    transformations: transformationsOf(panel),
    fieldConfig: { defaults: {}, overrides: (panel.shares ?? []).map(percent) },
    options: optionsOf(panel),
  };
}

/** What the view says of itself in its first lines. */
function descriptionOf(text: string): string {
  const comments = text.split('\n').filter((line) => line.startsWith('--') && !line.startsWith('-- :'));
  return comments.map((line) => line.slice(3)).join(' ');
}

/** Times become times, money units of the currency, and a chart gets a line for each value of `by`. */
function transformationsOf({ money, times = [], x, y, by }: ShopPanel): readonly object[] {
  const conversions = times.map((targetField) => ({ targetField, destinationType: 'time' }));
  const shown = x === undefined ? money : money.filter((field) => field === y);
  return [
    ...(times.length === 0 ? [] : [{ id: 'convertFieldType', options: { conversions } }]),
    ...shown.map((field) => ({
      id: 'calculateField',
      options: {
        mode: 'binary',
        alias: inUnits(field),
        binary: { left: field, operator: '/', right: '${minor}' },
        reduce: { reducer: 'sum' },
      },
    })),
    {
      id: 'organize',
      options: { excludeByName: Object.fromEntries(money.map((field) => [field, true])), renameByName: {} },
    },
    ...(by === undefined ? [] : [{ id: 'partitionByValues', options: { fields: [by] } }]),
  ];
}

function inUnits(field: string): string {
  return field.replaceAll('_', ' ');
}

function percent(name: string): object {
  return {
    matcher: { id: 'byName', options: name },
    properties: [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 1 },
    ],
  };
}

function optionsOf({ type, x }: ShopPanel): object {
  switch (type) {
    case 'table':
      return { showHeader: true, cellHeight: 'sm' };
    case 'stat':
      return { reduceOptions: { calcs: ['lastNotNull'], fields: '/.*/', values: true }, textMode: 'value_and_name' };
    case 'barchart':
      return { xField: x, legend: { showLegend: false }, tooltip: { mode: 'single' }, barWidth: 0.9 };
    case 'timeseries':
      return { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi' } };
  }
  return type satisfies never;
}
