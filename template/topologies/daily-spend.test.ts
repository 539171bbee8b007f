import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topics } from '@ebb/streams';
import { event, testTopology } from '@ebb/streams/testing';
import { dailySpend, spendTopic } from './daily-spend.ts';

const MONDAY = Date.UTC(2025, 2, 3);
const HOUR = 3_600_000;

test("adds up a customer's day, closes it, and takes what comes within an hour of grace", async () => {
  const driver = await testTopology(dailySpend);
  const late = event({ customerId: 'anna', time: MONDAY + 22 * HOUR, amount: 70 });
  driver.send(
    topics.events,
    event({ customerId: 'anna', time: MONDAY + 9 * HOUR, amount: 1_000 }),
    event({ customerId: 'ben', time: MONDAY + 10 * HOUR, amount: 250 }),
  );
  driver.tick(topics.events, MONDAY + 24 * HOUR); // nothing older than this comes from now on …
  driver.send(topics.events, late); // … but this does, in time
  driver.tick(topics.events, MONDAY + 25 * HOUR);
  driver.send(topics.events, late); // and this does not
  driver.run();
  const closed = driver.read(spendTopic).filter(({ complete }) => complete);
  // Copied, as strict equality compares prototypes too, and what is decoded has its codec's.
  assert.deepEqual(
    closed.map((day) => ({ ...day })),
    [
      { customerId: 'anna', day: MONDAY, purchases: 2, spend: 1_070, complete: true },
      { customerId: 'ben', day: MONDAY, purchases: 1, spend: 250, complete: true },
    ],
  );
  assert.equal(driver.late(dailySpend).length, 1);
});
