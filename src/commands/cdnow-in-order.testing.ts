import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cdnow } from '../../datasets/cdnow.ts';
import { realFile } from './ebb.testing.ts';

/** CDNOW's purchases; `undefined` where the public datasets are not. */
export const cdnowFile = realFile('cdnow_master.txt');

/**
 * Writes the purchases of a part of CDNOW's customers in order of time, which the file itself is not in: as they came to the shop.
 * @param every of so many customers one is taken @returns the file and its descriptor's
 */
export function cdnowInOrder(folder: string, every: number): { readonly file: string; readonly dataset: string } {
  const [header = '', ...rows] = readFileSync(cdnowFile ?? '', 'utf8').split('\n');
  const dateOf = (row: string): string => row.trim().split(/\s+/)[1] ?? '';
  const taken = rows.filter((row) => row.trim() !== '' && Number(row.trim().split(/\s+/)[0]) % every === 0);
  taken.sort((a, b) => (dateOf(a) < dateOf(b) ? -1 : dateOf(a) > dateOf(b) ? 1 : 0));
  mkdirSync(folder, { recursive: true });
  const [file, dataset] = [join(folder, 'cdnow.txt'), join(folder, 'cdnow.json')];
  writeFileSync(file, `${[header, ...taken].join('\n')}\n`);
  writeFileSync(dataset, JSON.stringify({ ...cdnow, rows: { sorted: true } }));
  return { file, dataset };
}
