import { openDecoder, whole } from '../../connectors/sinks/decode.ts';
import type { Replacement } from '../../connectors/sinks/replacement.ts';
import type { SinkBatch } from '../../connectors/sinks/sink.ts';

import { tableOf } from '../../connectors/sinks/tables.ts';
import { ownTopics } from '../engine/plan.ts';
import { isTick } from '../engine/tick.ts';
import type { Topology } from '../engine/topology.ts';
import type { Tables } from './tables/tables.ts';
import { resultTopics } from './versions.ts';
import type { Workplace } from './workplace.ts';

/** Puts the rows of a version of a topology into the tables in the place of another's, in one transaction. Gives how many records they came from. */
export async function swapRows(
  { log, registry }: Workplace,
  tables: Tables,
  shop: string,
  old: Topology,
  next: Topology,
): Promise<number> {
  const infos = new Map((await log.topics()).map((info) => [info.name, info]));
  const within = (name: string): string => name.slice(shop.length + 1);
  const { late, dead } = ownTopics(shop, next);
  const instead = resultTopics(shop, old).map(within);
  const replacements = resultTopics(shop, next).flatMap((physical): readonly Replacement[] => {
    const topic = within(physical);
    const table = tableOf(topic);
    const info = infos.get(physical);
    if (table === undefined || info === undefined) return [];
    const decode = openDecoder(registry, table.schema);
    // Up to where it ends now: its writer may go on.
    async function* batches(partition: number, end: number): AsyncGenerator<SinkBatch, void, undefined> {
      let first = 0;
      for await (const { records, next } of log.read({ topic: physical, partition, from: 'start', to: 'end' })) {
        const mine = records.filter((record) => record.offset < end && !isTick(record));
        const decoded = await decode(mine);
        const rows = whole(decoded, { topic, partition });
        yield { topic, partition, first, next, records: rows, refused: [], schema: decoded.schema };
        first = next;
        if (next >= end) return;
      }
    }
    const partitions = info.offsets.map(({ end }, partition) => ({ end, batches: batches(partition, end) }));
    const shared = physical === late || physical === dead ? { topology: next.name } : {};
    return [{ topic, instead, partitions, ...shared }];
  });
  return tables.replace(shop, replacements);
}
