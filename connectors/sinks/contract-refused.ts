/** The part of the sink contract about records that cannot be read: dead letters, once each, through every crash. */
import { expect, it } from 'vitest';
import { type DeadLetter, deadLetterSchema } from '../../schemas/generated.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { physicalName } from '../../src/engine/topic.ts';
import { refusedTopic } from './boundary.ts';
import { appendPurchases, runToTheEnd, type Shop, shop as shopName } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import type { ContractStore, StoredLetter } from './contract-store.ts';
import { crashAfter, steppedLog, steppedSink } from './crashes.ts';

const events = physicalName(shopName, 'events');
const notFramed = Buffer.from('{"eventId":"x"}');
const unknownSchema = Buffer.from([0, 0, 15, 66, 64, 2]);

export function refusedContract(store: ContractStore, stored: (folder: string) => Promise<readonly string[]>): void {
  it('makes one dead letter of each record that cannot be read, and writes the others, whatever crashes', {
    timeout: 180_000,
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
        await using sink = await store.open(folder);
        const step = crashAfter(left);
        const crashing = { ...shop, log: steppedLog(shop.log, step) };
        await runToTheEnd(crashing, steppedSink(sink, step)).catch((error: Error) =>
          expect(error.message).toBe('crash'),
        );
      }
      await using sink = await store.open(folder);
      await runToTheEnd(shop, sink);
      expect(await stored(folder), `crash after ${steps} steps`).toEqual(expected);
      expect(await letters(store, folder, shop), `crash after ${steps} steps`).toEqual([
        `sink.${store.name} ${events} 0 NOT_FRAMED ${notFramed}`,
        `sink.${store.name} ${events} 1 UNKNOWN_SCHEMA ${unknownSchema}`,
        `sink.${store.name} ${events} 2 NOT_FRAMED ${notFramed}`,
      ]);
    }
  });
}

async function appendBad({ log }: Shop, partition: number, value: Buffer): Promise<void> {
  await log.append([{ topic: events, partition, records: [{ key: Buffer.from('k'), value }] }]);
}

async function letters(store: ContractStore, folder: string, { log, registry }: Shop): Promise<readonly string[]> {
  const rows = await store.deadLetters?.(folder);
  if (rows !== undefined) return rows.map(said);
  const topic = refusedTopic(shopName, store.name);
  const serde = await openSerde<DeadLetter>(registry, `${topic}-value`, deadLetterSchema);
  const found: DeadLetter[] = [];
  for await (const { records } of log.read({ topic, from: 'start', to: 'end' })) {
    found.push(...records.flatMap(({ value }) => (value === null ? [] : [serde.decode(value)])));
  }
  return found.map(said).sort();
}

function said({ topology, topic, partition, code, value }: StoredLetter): string {
  return `${topology} ${topic} ${partition} ${code} ${Buffer.from(value ?? [])}`;
}
