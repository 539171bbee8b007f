import { physicalName } from '../engine/topic.ts';
import type { Log } from '../log/log.ts';
import { refuseUnderWay } from './under-way.ts';

// Which of the two tells whether the raw data were to go as well.
const markers = { computed: 'reset-under-way', all: 'reset-all-under-way' } as const;

export class UnderResetError extends Error {
  override readonly name = 'UnderResetError';
}

/** Names of the topics that stand while a shop is being reset: made before anything goes, deleted last. */
export function markersOf(shop: string): Readonly<Record<keyof typeof markers, string>> {
  return { computed: physicalName(shop, markers.computed), all: physicalName(shop, markers.all) };
}

/** A shop whose reset was cut short has lost positions, but not what they were about: going on would count twice. @throws UnderResetError, UnderWayError */
export async function refuseUnderReset(log: Log, shop: string): Promise<void> {
  await refuseShopReset(log, shop);
  await refuseUnderWay(log, shop);
}

/** As long as the whole shop is being reset. @throws UnderResetError */
export async function refuseShopReset(log: Log, shop: string): Promise<void> {
  const { computed, all } = markersOf(shop);
  const names = new Set((await log.topics()).map(({ name }) => name));
  if (names.has(all) || names.has(computed)) throw underReset(shop, names.has(all));
}

/** What is to be done about it. */
export function underReset(shop: string, all: boolean): UnderResetError {
  return new UnderResetError(
    `shop ${shop} is being reset: run \`ebb reset --shop ${shop}${all ? ' --all' : ''} --yes\` again to finish`,
  );
}
