import { once } from 'node:events';
import { expect, it } from 'vitest';
import { madeUpSales } from '../commands/dashboard/made-up-sales.ts';
import { generatorRoute } from './generator-route.ts';
import { ask, testServer } from './server.testing.ts';

const start = (token?: string) => testServer({ token, routes: (api) => generatorRoute(api, madeUpSales, Date.now) });
const asSocket = {
  ...{ connection: 'upgrade', upgrade: 'websocket' },
  ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
};

/** The first sales that a reader gets. */
async function sales(url: string, rate: number, count: number) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/generator?rate=${rate}`);
  const got: { transactionId: string; timestamp: number; customerId: string }[] = [];
  while (got.length < count) {
    const [message] = await once(socket, 'message');
    got.push(JSON.parse(message.data));
  }
  socket.close();
  return got;
}

it('sends sales when they happen', async () => {
  const { url } = await start();
  const before = Date.now();
  const got = await sales(url, 100, 30);
  const times = got.map(({ timestamp }) => timestamp);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(before);
  expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
  expect(new Set(got.map(({ transactionId }) => transactionId)).size).toBe(30);
});

it('sends everybody the same', async () => {
  const { url } = await start();
  const [one, other] = await Promise.all([sales(url, 50, 40), sales(url, 50, 40)]);
  const known = new Map(one.map((sale) => [sale.transactionId, sale]));
  const both = other.filter(({ transactionId }) => known.has(transactionId));
  expect(both).toEqual(both.map(({ transactionId }) => known.get(transactionId)));
});

it('sends nothing to a page of another site, nor without the token, nor at a rate that there is not', async () => {
  const { url } = await start('a-token-of-enough-letters');
  const authorization = 'Bearer a-token-of-enough-letters';
  const foreign = { ...asSocket, authorization, origin: 'https://evil.example' };
  expect((await ask(url, '/api/generator', { headers: foreign })).status).toBe(403);
  expect((await ask(url, '/api/generator', { headers: asSocket })).status).toBe(401);
  expect((await ask(url, '/api/generator?rate=0', { headers: { ...asSocket, authorization } })).status).toBe(400);
});
