/** Writes grafana/dashboards/*.json: `npm run generate-dashboards`. A test fails when they differ from what this gives. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineDashboard } from './pipeline-dashboard.ts';
import { shopDashboard } from './shop-dashboard.ts';

const views = join(import.meta.dirname, '..', 'sql', 'views');
const folder = join(import.meta.dirname, 'dashboards');

/** By the name of their file. */
export function dashboards(): ReadonlyMap<string, string> {
  const files = readdirSync(views);
  const textOf = (number: string): string => {
    const file = files.find((name) => name.startsWith(`${number}-`));
    if (file === undefined) throw new Error(`sql/views has no view ${number}`);
    return readFileSync(join(views, file), 'utf8');
  };
  const json = (dashboard: object): string => `${JSON.stringify(dashboard, null, 2)}\n`;
  return new Map([
    ['shop.json', json(shopDashboard(textOf))],
    ['pipeline.json', json(pipelineDashboard())],
  ]);
}

if (import.meta.main)
  for (const [name, text] of dashboards()) {
    writeFileSync(join(folder, name), text);
    process.stdout.write(`Wrote grafana/dashboards/${name}\n`);
  }
