import type { ChurnModel } from '../../schemas/generated.ts';
import { topics } from '../../schemas/topics.ts';
import { everyValue } from './read-values.ts';
import type { Workplace } from './workplace.ts';

/**
 * For tests: every appointment that is on the log, as often as it is there, in order of its moment; parameters and all, but without
 * the places of the log that were learnt from, which depend on how the rows came there.
 */
export async function appointments(place: Workplace, shop: string): Promise<readonly object[]> {
  const found: ChurnModel[] = [];
  for await (const model of everyValue(place, shop, topics.models)) found.push(model);
  const nameOf = ({ inForceFrom, version }: ChurnModel) => `${String(inForceFrom).padStart(15)} ${version}`;
  return found
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map(({ trainedOn: { positions: _, ...trainedOn }, ...model }) => ({ ...model, trainedOn }));
}
