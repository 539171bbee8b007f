/** A year of a shop's events, as sinks get them. */
import type { SinkBatch, SinkRecord } from '../connectors/sinks/sink.ts';
import { type Event, eventSchema } from '../schemas/generated.ts';

/** As UCI's online retail: rows, days and partitions. */
export const rows = 541_909;
const year = 305;
const partitions = 4;
export const parts = Array.from({ length: partitions }, (_, partition) => partition);

/** All partitions side by side, as a log gives them. */
export function* batches(size: number, days = year): Generator<SinkBatch> {
  const mine = Math.ceil(rows / partitions);
  for (let first = 0; first < mine; first += size) {
    const next = Math.min(mine, first + size);
    for (const partition of parts) {
      const records = Array.from({ length: next - first }, (_, index) => record(partition, first + index, mine, days));
      yield { topic: 'events', partition, first, next, records, refused: [], schema: eventSchema };
    }
  }
}

function record(partition: number, offset: number, of: number, days: number): SinkRecord {
  const row = offset * partitions + partition;
  const value = {
    eventId: `online-retail-0123456789ab-${row}`,
    customerId: row % 4 === 0 ? null : `${12_000 + (row % 4_372)}`,
    kind: 'PURCHASE',
    time: Date.UTC(2011, 0, 1) + Math.floor((offset / of) * days * 86_400_000),
    orderId: `${536_365 + Math.floor(row / 21)}`,
    product: `${20_000 + ((row * 31) % 4_070)}`,
    category: `category ${(row * 7) % 30}`,
    unitPrice: 255,
    quantity: 6,
    amount: 1_530,
    currency: 'GBP',
    paymentMethod: null,
    gender: null,
    age: null,
    country: 'United Kingdom',
    returned: null,
    localDate: '2011-01-01',
    localHour: 8,
    dataset: 'online-retail',
    file: '0123456789ab',
    row,
  } satisfies Event;
  return { offset, key: value.customerId, value: { ...value } };
}
