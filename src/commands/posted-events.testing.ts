import { expect } from 'vitest';
import { query } from './data-folder.testing.ts';
import { printed, type Started, startEbb } from './ebb.testing.ts';

const noon = Date.UTC(2026, 10, 27, 12);

const sale = (number: number) => ({
  ...{ eventId: `e${number}`, customerId: `c${number % 7}`, kind: 'PURCHASE', category: 'Books' },
  ...{ time: noon + number * 1_000, quantity: 1, amount: 500, currency: 'EUR' },
});
const batchOf = (number: number) => Array.from({ length: 20 }, (_, index) => sale(number * 20 + index));
const post = (url: string, events: readonly object[]) =>
  fetch(`${url}/api/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });

/** Posts events to a server that is killed in the midst of its answers, posts again what has no answer, and some that has, and looks whether each counts once. */
export async function postedCountOnce(data: string, shop: string, settings: Readonly<Record<string, string>>) {
  const ebb = (...args: readonly string[]): Started =>
    startEbb([...args, '--shop', shop, '--data', data], '', settings);
  const start = async (): Promise<Started & { readonly url: string }> => {
    const started = ebb('dashboard', '--port', '0', '--json');
    return { ...started, ...(await printed<{ readonly url: string }>(started)) };
  };
  const BATCHES = 60;
  const unanswered = new Set(Array.from({ length: BATCHES }, (_, number) => number));
  const killed = await start();
  const lane = async (): Promise<void> => {
    for (const number of [...unanswered]) {
      if (!(await post(killed.url, batchOf(number))).ok) continue;
      unanswered.delete(number);
      // In the midst of the answers, while others are being committed.
      if (unanswered.size === BATCHES / 2) killed.child.kill('SIGKILL');
    }
  };
  // Each lane posts what another has in hand, too.
  await Promise.all([lane(), lane(), lane()].map((one) => one.catch(() => {})));
  expect((await killed.ended).signal).toBe('SIGKILL');
  // Of some the answer was lost on the way.
  for (let number = 0; number < 10; number++) unanswered.add(number);
  const server = await start();
  for (const number of unanswered) expect((await post(server.url, batchOf(number))).status).toBe(200);
  server.child.kill('SIGTERM');
  await server.ended;

  expect(await ebb('run', '--until-caught-up').ended).toMatchObject({ code: 0 });
  const all = BATCHES * 20;
  expect(await query(data, 'select count(*) as n, count(distinct event_id) as ids from ecommerce_events')).toEqual([
    { n: all, ids: all },
  ]);
  expect(await query(data, 'select sum(purchases) as n, sum(spend) as cents from client_profiles')).toEqual([
    { n: all, cents: all * 500 },
  ]);
}
