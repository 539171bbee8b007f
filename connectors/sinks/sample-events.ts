/** Records for the sinks' tests. */
import type { Event } from '../../schemas/generated.ts';
import { eventSchema } from '../../schemas/generated.ts';
import type { SinkBatch, SinkRecord } from './sink.ts';

export const day = 86_400_000;
export const start = Date.UTC(2010, 11, 1, 8, 26);

/** The purchase number `n`: an hour after the one before. */
export function purchase(n: number, changes: Partial<Event> = {}): Event {
  const time = start + n * 3_600_000;
  return {
    eventId: `test-${n}`,
    customerId: `c${n % 7}`,
    kind: 'PURCHASE',
    time,
    orderId: null,
    product: `p${n % 5}`,
    category: `Café №${n % 3}`,
    unitPrice: 255,
    quantity: 2,
    amount: 510,
    currency: 'GBP',
    paymentMethod: null,
    gender: null,
    age: n % 2 === 0 ? null : 30,
    country: 'United Kingdom',
    returned: n % 3 === 0 ? null : n % 3 === 1,
    localDate: new Date(time).toISOString().slice(0, 10),
    localHour: new Date(time).getUTCHours(),
    dataset: 'test',
    file: null,
    row: n,
    ...changes,
  };
}

export function records(from: number, count: number): readonly SinkRecord[] {
  return Array.from({ length: count }, (_, index) => record(from + index, purchase(from + index)));
}

export function record(offset: number, value: object | null, key: string | null = null): SinkRecord {
  return { offset, key, value: value === null ? null : { ...value } };
}

export function batchOf(topic: string, of: readonly SinkRecord[], changes: Partial<SinkBatch> = {}): SinkBatch {
  const first = of[0]?.offset ?? 0;
  return {
    topic,
    partition: 0,
    first,
    next: (of.at(-1)?.offset ?? -1) + 1,
    records: of,
    refused: [],
    schema: eventSchema,
    ...changes,
  };
}
