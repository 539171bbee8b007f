/** Encoding and decoding framed Avro: a small record and the canonical event. */

import { type Event, eventSchema, type Tick, tickSchema } from '../schemas/generated.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import { openSerde } from '../src/avro/serde.ts';
import type { RecordSchema } from '../src/engine/topic.ts';

const records = 200_000;
const rounds = 8;

/** Prints records per second (best round) and CPU seconds per million records (mean of all rounds). */
export async function benchCodec(): Promise<void> {
  await measure('tick', tickSchema, tick);
  await measure('event', eventSchema, event);
}

async function measure<T>(name: string, schema: RecordSchema, make: (i: number) => T): Promise<void> {
  await using registry = memoryRegistry();
  const serde = await openSerde<T>(registry, `${name}-value`, schema);
  const values = Array.from({ length: records }, (_, i) => make(i));
  const bytes = values.map((value) => serde.encode(value));
  const size = Math.round(bytes.reduce((sum, { length }) => sum + length, 0) / records);
  report(`codec: encode ${name} (${size} B)`, () => {
    for (const value of values) {
      serde.encode(value);
    }
  });
  report(`codec: decode ${name} (${size} B)`, () => {
    for (const value of bytes) {
      serde.decode(value);
    }
  });
}

function report(name: string, work: () => void): void {
  let best = Number.POSITIVE_INFINITY;
  work();
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  const rate = (records / best / 1000).toFixed(2);
  const perMillion = ((user + system) / rounds / records).toFixed(2);
  process.stdout.write(`${name.padEnd(34)} ${rate.padStart(8)} M rec/s ${perMillion.padStart(8)} CPU s per M\n`);
}

function tick(i: number): Tick {
  return { writer: 'normalise', from: i % 4, of: 4, time: 1_290_000_000_000 + i * 60_000, closed: false };
}

/** As online-retail's: unique event ids, repeated customers, orders and products. */
function event(i: number): Event {
  return {
    eventId: `online-retail-0123456789ab-${i}`,
    customerId: String(12_000 + (i % 4000)),
    kind: 'PURCHASE',
    time: 1_290_000_000_000 + i * 60_000,
    orderId: String(536_000 + (i >> 4)),
    product: String(22_000 + (i % 3000)),
    category: 'Home',
    unitPrice: 255,
    quantity: 6,
    amount: 1530,
    currency: 'GBP',
    paymentMethod: null,
    gender: null,
    age: null,
    country: 'United Kingdom',
    returned: null,
    localDate: '2010-12-01',
    localHour: 8,
    dataset: 'online-retail',
    file: '0123456789ab',
    row: i,
  };
}

if (import.meta.main) {
  await benchCodec();
}
