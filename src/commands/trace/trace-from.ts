import { physicalName } from '../../engine/topic.ts';
import { type Trace, traceEvent } from '../../trace/trace.ts';
import { descriptorsOf } from '../descriptors.ts';
import { readersIn, topologiesInShop } from '../shop-topologies.ts';
import { topicsOfShop } from '../shops.ts';
import type { Workplace } from '../workplace.ts';
import { filesHolding } from './files.ts';
import { rowsOf } from './rows.ts';

/** Finds an event of a shop in everything that its configuration names. @throws UnknownShopError, LogError, AvroError */
export async function trace(place: Workplace, shop: string, eventId: string): Promise<Trace> {
  const { log, registry, config } = place;
  await topicsOfShop(log, shop);
  const [known, datasets, infos, positions] = await Promise.all([
    topologiesInShop(place, shop),
    descriptorsOf(log, registry, shop),
    log.topics(),
    log.positions(),
  ]);
  const readers = readersIn(known);
  const there = new Map(infos.filter(({ name }) => name.startsWith(`${shop}.`)).map((info) => [info.name, info]));
  return traceEvent(
    {
      ...{ log, registry, shop, there, datasets },
      versions: known.versions.topics,
      async passed({ topic, partition, offset }) {
        const of = readers.filter(({ topics }) => topics.includes(topic));
        // Of topologies that have run here: one that was left out on purpose is waited for by nobody.
        const read = of.flatMap(({ group }) => positions.get(group)?.get(topic) ?? []);
        const at = of.flatMap(({ group }) => positions.get(group)?.get(topic)?.[partition] ?? []);
        return read.length > 0 && at.length > 0 && at.every((next) => next > offset);
      },
      rows: (found) => rowsOf(config, found),
      files: ({ topic, partition, offset }, time) => {
        const name = topic.slice(physicalName(shop, '').length);
        return filesHolding(config, shop, { topic: name, partition, offset }, time);
      },
    },
    eventId,
  );
}
