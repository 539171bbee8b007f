import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PostedEvent } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { testTopology } from '../src/engine/testing.ts';
import { normalisePosted } from './normalise.ts';

const noon = Date.UTC(2026, 10, 27, 12);
const MINUTE = 60_000;

function posted(eventId: string, given: Partial<PostedEvent> = {}): PostedEvent {
  const time = given.time ?? noon;
  return {
    ...{ eventId, customerId: 'anna', kind: 'PURCHASE', time, takenAt: time, receivedAt: time },
    ...{ orderId: null, product: null, category: null, unitPrice: null, quantity: 1, amount: 500, currency: 'EUR' },
    ...{ paymentMethod: null, gender: null, age: null, country: null, returned: null },
    ...{ localDate: null, localHour: null, dataset: null },
    ...given,
  };
}

const start = (partitions = 1, zone = 'UTC') => testTopology(normalisePosted(zone), { partitions });

describe('posted events', () => {
  it('count once, however often and in whatever cuts they are posted', async () => {
    const some = fc.array(fc.record({ id: fc.nat(9), at: fc.integer({ min: 0, max: 59 * MINUTE }) }), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 4 }), async (batches) => {
        const driver = await start(3);
        for (const batch of batches) {
          driver.send(topics.posted, ...batch.map(({ id, at }) => posted(`e${id}`, { time: noon + at })));
          driver.run();
        }
        const ids = driver.read(topics.events).map(({ eventId }) => eventId);
        expect(ids.toSorted()).toEqual([...new Set(batches.flat().map(({ id }) => `e${id}`))].sort());
      }),
      { numRuns: 20 },
    );
  });

  it('that are old are known again by when they were posted', async () => {
    const driver = await start();
    const old = { time: noon - 900 * MINUTE, takenAt: noon };
    driver.send(topics.posted, posted('now'), posted('old', old));
    driver.tick(topics.posted, noon);
    driver.send(topics.posted, posted('old', { ...old, takenAt: noon + 5 * MINUTE }));
    driver.run();
    expect(driver.read(topics.events).map(({ eventId, time }) => [eventId, time])).toEqual([
      ['now', noon],
      ['old', old.time],
    ]);
  });

  it('get the day and hour of the shop, unless they said them', async () => {
    const driver = await start(1, 'Asia/Tokyo');
    driver.send(
      topics.posted,
      posted('a', { time: Date.UTC(2026, 10, 27, 20) }),
      posted('b', { localDate: '2026-11-26', localHour: 7, dataset: 'till' }),
    );
    driver.run();
    expect(driver.read(topics.events)).toMatchObject([
      { eventId: 'a', localDate: '2026-11-28', localHour: 5, dataset: 'posted', row: 0 },
      { eventId: 'b', localDate: '2026-11-26', localHour: 7, dataset: 'till' },
    ]);
  });
});

it('a posted event that another writer dates beyond the year 9999 is refused, and does not stop the others', async () => {
  const topology = normalisePosted('Europe/Berlin');
  const driver = await testTopology(topology);
  driver.send(topics.posted, posted('far', { time: 8.64e15, takenAt: noon }), posted('near'));
  driver.run();
  expect(driver.read(topics.events).map(({ eventId }) => eventId)).toEqual(['near']);
  expect(driver.dead(topology)).toMatchObject([{ code: 'BAD_TIME' }]);
});
