/** The dashboard of the pipeline: Ebb's own metrics from Prometheus. Pure. */

const datasource = { type: 'prometheus', uid: 'ebb-prometheus' };

interface Panel {
  readonly title: string;
  readonly query: string;
  readonly legend: string;
  readonly unit: string;
}

export const pipelinePanels: readonly Panel[] = [
  {
    title: 'Records read',
    query: 'sum by (topology) (rate(ebb_records_in_total{shop=~"$shop"}[$__rate_interval]))',
    legend: '{{topology}}',
    unit: 'cps',
  },
  {
    title: 'Records not yet read',
    query: 'sum by (topology) (ebb_lag_records{shop=~"$shop"})',
    legend: '{{topology}}',
    unit: 'short',
  },
  {
    title: 'Event time between the newest record and the watermark',
    query: 'max by (topology) (ebb_watermark_lag_seconds{shop=~"$shop"})',
    legend: '{{topology}}',
    unit: 's',
  },
  {
    title: 'Dead letters and late records',
    query:
      'sum by (topology) (rate(ebb_records_dead_total{shop=~"$shop"}[$__rate_interval])) + sum by (topology) (rate(ebb_records_late_total{shop=~"$shop"}[$__rate_interval]))',
    legend: '{{topology}}',
    unit: 'cps',
  },
  {
    title: 'Commits, 99th percentile',
    query:
      'histogram_quantile(0.99, sum by (le, topology) (rate(ebb_commit_seconds_bucket{shop=~"$shop"}[$__rate_interval])))',
    legend: '{{topology}}',
    unit: 's',
  },
  {
    title: 'Commits and tasks tried again',
    query: 'sum by (topology, code) (rate(ebb_retries_total{shop=~"$shop"}[$__rate_interval]))',
    legend: '{{topology}} {{code}}',
    unit: 'cps',
  },
  {
    title: 'Records not yet written by sinks',
    query: 'sum by (sink) (ebb_sink_lag_records{shop=~"$shop"})',
    legend: '{{sink}}',
    unit: 'short',
  },
  {
    title: 'Sinks that wait for what can heal',
    query: 'max by (sink) (ebb_sink_failing{shop=~"$shop"})',
    legend: '{{sink}}',
    unit: 'short',
  },
  {
    title: 'State on the log',
    query: 'sum by (topology) (ebb_state_bytes{shop=~"$shop"})',
    legend: '{{topology}}',
    unit: 'bytes',
  },
  {
    title: 'Memory of the processes',
    query: 'sum by (instance, worker) (process_resident_memory_bytes{shop=~"$shop"})',
    legend: '{{instance}} {{worker}}',
    unit: 'bytes',
  },
];

const HEIGHT = 8;

/** Grafana's JSON of the dashboard. */
export function pipelineDashboard(): object {
  const query = 'label_values(ebb_records_in_total, shop)';
  const shop = {
    name: 'shop',
    label: 'Shop',
    type: 'query',
    datasource,
    query,
    refresh: 2,
    includeAll: true,
    multi: true,
  };
  return {
    uid: 'ebb-pipeline',
    title: 'Ebb: the pipeline',
    tags: ['ebb'],
    timezone: 'browser',
    schemaVersion: 39,
    editable: true,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ ...shop, current: { text: 'All', value: '$__all' } }] },
    panels: pipelinePanels.map(({ title, query: expr, legend, unit }, index) => ({
      id: index + 1,
      type: 'timeseries',
      title,
      datasource,
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * HEIGHT, w: 12, h: HEIGHT },
      targets: [{ refId: 'A', datasource, expr, legendFormat: legend }],
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi' } },
    })),
  };
}
