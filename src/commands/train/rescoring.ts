import { ownTopics } from '../../engine/plan.ts';
import { inForce, readersIn, topologiesInShop } from '../shop-topologies.ts';
import type { Workplace } from '../workplace.ts';

/**
 * What to do where customers have been scored up to the end of the data, at which new models hold: nobody scores them a second time
 * at a moment that is over. Nothing is to be done where they are yet to be scored. @throws LogError
 */
export async function rescoringNotes(place: Workplace, shop: string): Promise<readonly string[]> {
  const inShop = await topologiesInShop(place, shop);
  const scoring = inShop.all.find(({ name }) => name === 'churn-scores');
  if (scoring === undefined) return [];
  const { group } = ownTopics(shop, { ...scoring, version: inForce(inShop, scoring) });
  const reads = readersIn(inShop).find((reader) => reader.group === group)?.topics ?? [];
  const committed = (await place.log.positions([group])).get(group);
  const isScored = (await place.log.topics())
    .filter(({ name }) => reads.includes(name))
    .some(({ name, offsets }) =>
      offsets.some(({ end }, partition) => end > 0 && (committed?.get(name)?.[partition] ?? 0) >= end),
    );
  return isScored
    ? [
        `customers of shop ${shop} have been scored up to the end of the data, without these models: \`ebb reset --topology churn-scores --to start --shop ${shop}\`, and then \`ebb run --shop ${shop} --until-caught-up\`, scores them anew, and by these whoever is due at that end: everybody, if it is a month's`,
      ]
    : [];
}
