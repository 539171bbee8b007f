/** The part of the sink contract about records that cannot be read: dead letters, once each, through every crash. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { type DeadLetter, deadLetterSchema } from '../../schemas/generated.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { physicalName } from '../../src/engine/topic.ts';
import { refusedTopic } from './boundary.ts';
import {
  appendPurchases,
  openSink,
  runToTheEnd,
  type Shop,
  type StoreKind,
  shop as shopName,
} from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import { crashAfter, steppedLog, steppedSink } from './crashes.ts';

const events = physicalName(shopName, 'events');
const notFramed = Buffer.from('{"eventId":"x"}');
const unknownSchema = Buffer.from([0, 0, 15, 66, 64, 2]);

export function refusedContract(kind: StoreKind, stored: (folder: string) => Promise<readonly string[]>): void {
  it('makes one dead letter of each record that cannot be read, and writes the others, whatever crashes', {
    timeout: 60_000,
  }, async () => {
    for (let steps = 1; steps < 20; steps += 2) {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await appendPurchases(shop, 0, count / 2);
      await appendBad(shop, 0, notFramed);
      await appendBad(shop, 1, unknownSchema);
      await appendPurchases(shop, count / 2, count);
      // A range of its own.
      await appendBad(shop, 2, notFramed);
      for (const left of [steps, Math.ceil(steps / 2)]) {
        await using sink = openSink(kind, folder);
        const step = crashAfter(left);
        const crashing = { ...shop, log: steppedLog(shop.log, step) };
        await runToTheEnd(crashing, steppedSink(sink, step)).catch((error: Error) =>
          expect(error.message).toBe('crash'),
        );
      }
      await using sink = openSink(kind, folder);
      await runToTheEnd(shop, sink);
      expect(await stored(folder), `crash after ${steps} steps`).toEqual(expected);
      expect(await letters(kind, folder, shop), `crash after ${steps} steps`).toEqual([
        `sink.${kind} ${events} 0 NOT_FRAMED ${notFramed}`,
        `sink.${kind} ${events} 1 UNKNOWN_SCHEMA ${unknownSchema}`,
        `sink.${kind} ${events} 2 NOT_FRAMED ${notFramed}`,
      ]);
    }
  });
}

async function appendBad({ log }: Shop, partition: number, value: Buffer): Promise<void> {
  await log.append([{ topic: events, partition, records: [{ key: Buffer.from('k'), value }] }]);
}

async function letters(kind: StoreKind, folder: string, { log, registry }: Shop): Promise<readonly string[]> {
  if (kind === 'sqlite') {
    using database = new DatabaseSync(join(folder, 'tables.db'));
    const rows = database.prepare('select * from dead_letters order by source_partition, source_offset').all();
    return rows.map(
      ({ topology, topic, source_partition, code, record_value }) =>
        `${topology} ${topic} ${source_partition} ${code} ${Buffer.from(record_value as Uint8Array)}`,
    );
  }
  const topic = refusedTopic(shopName, kind);
  const serde = await openSerde<DeadLetter>(registry, `${topic}-value`, deadLetterSchema);
  const found: DeadLetter[] = [];
  for await (const { records } of log.read({ topic, from: 'start', to: 'end' })) {
    found.push(...records.flatMap(({ value }) => (value === null ? [] : [serde.decode(value)])));
  }
  return found
    .map(({ topology, topic: of, partition, code, value }) => `${topology} ${of} ${partition} ${code} ${value}`)
    .sort();
}
