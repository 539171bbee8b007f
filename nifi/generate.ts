/** Writes NiFi.json, NiFi.xml and flow.svg: what is committed of the flow, for the dataset online-retail. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onlineRetail } from '../datasets/online-retail.ts';
import { definition } from './definition.ts';
import { flow } from './flow.ts';
import { picture } from './picture.ts';
import { template } from './template.ts';

/** By file name. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const options = { descriptor: onlineRetail };
  return new Map([
    ['NiFi.json', `${JSON.stringify(definition(flow(2, options)), null, 1)}\n`],
    ['NiFi.xml', template(flow(1, options))],
    ['flow.svg', picture(flow(2, options))],
  ]);
}

if (import.meta.main)
  for (const [file, content] of generatedFiles()) writeFileSync(join(import.meta.dirname, file), content);
