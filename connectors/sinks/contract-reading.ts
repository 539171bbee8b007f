/** The part of the sink contract about reading: ranges put again are whole, and a log that does not answer is asked again. */
import { expect, it } from 'vitest';
import { LogError } from '../../src/log/log.ts';
import { boundaryTopic } from './boundary.ts';
import { appendPurchases, limits, partitions, runToTheEnd, type Shop, shop as shopName } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import type { ContractStore } from './contract-store.ts';
import { watchedLog } from './crashes.ts';
import type { Sink } from './sink.ts';

export function readingContract(store: ContractStore, stored: (folder: string) => Promise<readonly string[]>): void {
  it.each(['read demo.events', 'read demo.events after a batch', 'put'])(
    'stopped while the last range is put again, loses nothing: at "%s"',
    async (moment) => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await appendInBatches(shop);
      await using sink = await store.open(folder);
      const wide = { ...limits, atOnce: partitions };
      await runToTheEnd(shop, crashing(sink), { limits: wide }).catch((error: Error) =>
        expect(error.message).toBe('crash'),
      );

      const stop = new AbortController();
      const stopAt = (what: string) => what === moment && stop.abort();
      // A store that is not put to again only has to go on: then nothing stops this run but its end.
      const changes = sink.kind === 'idempotent' ? { signal: stop.signal } : {};
      const watched = { ...shop, log: watchedLog(shop.log, stopAt) };
      await runToTheEnd(watched, onPut(sink, stopAt), { limits: { ...limits, atOnce: 1 }, ...changes });
      expect(stop.signal.aborted).toBe(sink.kind === 'idempotent');

      await runToTheEnd(shop, sink);
      expect(await stored(folder)).toEqual(expected);
    },
  );

  it('reads again while the log does not answer, and loses nothing', async () => {
    const folder = await newFolder();
    await using shop = await shopIn(folder);
    await appendInBatches(shop);
    await using sink = await store.open(folder);
    await runToTheEnd(shop, crashing(sink)).catch((error: Error) => expect(error.message).toBe('crash'));

    const failed = new Set<string>();
    const failOnce = (what: string) => {
      if (!failed.has(what)) {
        failed.add(what);
        throw new LogError('UNAVAILABLE', `no answer: ${what}`);
      }
    };
    const shaky = { ...shop, log: watchedLog(shop.log, failOnce) };
    await runToTheEnd(shaky, sink, { backoff: { first: 1, longest: 2 } });
    const always = ['positions', 'batches', 'batches after a batch'];
    const again = ['read demo.events', 'read demo.events after a batch', `read ${boundaryTopic(shopName, sink.name)}`];
    expect([...failed]).toEqual(expect.arrayContaining(sink.kind === 'idempotent' ? [...always, ...again] : always));
    expect(await stored(folder)).toEqual(expected);
  });
}

/** In small batches, so that a range is of several and its reading can be cut short. */
async function appendInBatches(shop: Shop): Promise<void> {
  for (let n = 0; n < count; n += 40) {
    await appendPurchases(shop, n, n + 40);
  }
}

/** A sink that dies as soon as it is given something: files have a boundary on the log by then, and no file. */
function crashing(sink: Sink): Sink {
  const crash = () => Promise.reject(new Error('crash'));
  return sink.kind === 'idempotent' ? { ...sink, put: crash } : { ...sink, take: crash };
}

function onPut(sink: Sink, before: (what: string) => void): Sink {
  if (sink.kind !== 'idempotent') {
    return sink;
  }
  return {
    ...sink,
    put(range, again) {
      before('put');
      return sink.put(range, again);
    },
  };
}
