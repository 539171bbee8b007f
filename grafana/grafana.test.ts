import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pipelineMetrics } from '../src/operations/metrics.ts';
import { dashboards } from './generate.ts';
import { shopPanels } from './panels.ts';
import { pipelinePanels } from './pipeline-dashboard.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

it.each([...dashboards()])('%s is what its source gives (npm run generate-dashboards)', (name, text) => {
  expect(read(join('dashboards', name))).toBe(text);
});

it('has a panel for each of the fifteen views', () => {
  const numbers = Array.from({ length: 15 }, (_, index) => String(index + 1).padStart(2, '0'));
  expect(shopPanels.map(({ number }) => number)).toEqual(numbers);
});

it('asks Prometheus for metrics that Ebb has', async () => {
  const text = await pipelineMetrics('test', { version: '1' }).text({ topologies: [], sinks: [] });
  const known = new Set([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '']) => name));
  const asked = [...pipelinePanels.map(({ query }) => query), read('alerts.yml')].join('\n');
  const names = new Set([...asked.matchAll(/\bebb_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, '')));
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
  expect(names.size).toBeGreaterThan(10);
});
