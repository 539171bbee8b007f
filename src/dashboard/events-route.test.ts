import { expect, it } from 'vitest';
import { LogError } from '../log/log.ts';
import { type EventsIn, eventsRoute } from './events-route.ts';
import type { PostedEvent } from './posted-event.ts';
import { ask, codeOf, testServer } from './server.testing.ts';

const sale = { eventId: 'e1', kind: 'PURCHASE', time: 1_795_780_800_000, quantity: 1, amount: 500, currency: 'EUR' };

/** What stands behind the route: takes everything, unless told otherwise. */
async function start(given: Partial<EventsIn> = {}) {
  const taken: PostedEvent[] = [];
  const events: EventsIn = {
    hasRoom: () => true,
    async post(some) {
      taken.push(...some);
    },
    ...given,
  };
  const { url } = await testServer({ routes: (api) => eventsRoute(api, events) });
  const post = (body: unknown, query = '') =>
    ask(url, `/api/events${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { taken, post };
}

it('takes events, filling in what was left out', async () => {
  const { taken, post } = await start();
  const { status, text } = await post({
    events: [sale, { ...sale, eventId: 'e2', customerId: 'anna', category: 'Books' }],
  });
  expect({ status, ...JSON.parse(text) }).toEqual({ status: 200, accepted: 2, refused: [] });
  expect(taken).toMatchObject([
    { ...sale, customerId: null, orderId: null, localDate: null, returned: null },
    { eventId: 'e2', customerId: 'anna', category: 'Books' },
  ]);
});

it('takes nothing of a batch in which one is wrong, and says which and why', async () => {
  const { taken, post } = await start();
  const wrong = { ...sale, kind: 'BUY', time: 'today', quantity: 1.5, colour: 'red' };
  const answered = await post({ events: [sale, wrong] });
  expect(answered.status).toBe(400);
  expect(codeOf(answered)).toBe('INVALID_EVENTS');
  const { issues } = JSON.parse(answered.text).error;
  expect(issues.map(({ index, path }: { index: number; path: string }) => [index, path])).toEqual([
    [1, 'events[1].kind'],
    [1, 'events[1].time'],
    [1, 'events[1].quantity'],
    [1, 'events[1]'],
  ]);
  expect(issues[0].message).toMatch(/PURCHASE.*RETURN.*VIEW.*CART/);
  expect(taken).toEqual([]);
});

it('takes the others when told to', async () => {
  const { taken, post } = await start();
  const answered = await post({ events: [{ eventId: 'bad' }, sale] }, '?partial=true');
  expect(JSON.parse(answered.text)).toMatchObject({ accepted: 1, refused: [{ index: 0 }] });
  expect(taken).toMatchObject([{ eventId: 'e1' }]);
});

it.each([
  ['an id that is empty', { eventId: '' }],
  ['half a character', { customerId: 'a\ud800' }],
  ['a number that JavaScript does not hold', { amount: 2 ** 53 }],
  ['a time that is no date', { time: 9e15 }],
  ['no currency', { currency: 'euro' }],
  ['an hour that there is not', { localHour: 24 }],
  ['a day that there is not', { localDate: '2026-02-30' }],
  ['null where something must be', { amount: null }],
])('refuses %s', async (_, given) => {
  const { post } = await start();
  expect((await post({ events: [{ ...sale, ...given }] })).status).toBe(400);
});

it('takes 1,000 events or 1 MB at a time', async () => {
  const { taken, post } = await start();
  expect((await post({ events: new Array(1_000).fill(sale) })).status).toBe(200);
  expect(taken).toHaveLength(1_000);
  const more = [await post({ events: new Array(1_001).fill(sale) }), await post(`{"events":[${' '.repeat(1 << 20)}]}`)];
  expect(more.map(codeOf)).toEqual(['TOO_LARGE', 'TOO_LARGE']);
  expect(more.map(({ status }) => status)).toEqual([413, 413]);
});

it('says when to post again while more wait than there is room for', async () => {
  const { taken, post } = await start({ hasRoom: () => false });
  const answered = await post({ events: [sale] });
  expect(answered).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  expect(taken).toEqual([]);
});

it('says when to post again while the log is away', async () => {
  const { post } = await start({ post: () => Promise.reject(new LogError('UNAVAILABLE', 'broker 10.0.0.7 is away')) });
  const answered = await post({ events: [sale] });
  expect(answered).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  expect(answered.text).not.toContain('10.0.0.7');
});

it('answers when they are committed, and not before', async () => {
  const committed = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { post } = await start({
    post() {
      asked.resolve();
      return committed.promise;
    },
  });
  let answered = false;
  const posting = post({ events: [sale] }).then(() => {
    answered = true;
  });
  await asked.promise;
  await new Promise((turn) => setTimeout(turn, 20));
  expect(answered).toBe(false);
  committed.resolve();
  await posting;
});
