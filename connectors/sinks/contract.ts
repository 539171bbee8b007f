/** What every sink promises, whatever its store: each record exactly once, through every crash. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AvroError } from '../../src/avro/error.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { readingContract } from './contract-reading.ts';
import { refusedContract } from './contract-refused.ts';
import { appendPurchases, runToTheEnd } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import type { ContractStore } from './contract-store.ts';
import { crashAfter, steppedLog, steppedSink } from './crashes.ts';
import { type Sink, SinkError } from './sink.ts';

/** Runs a sink to the end in small ranges, slow enough to be killed on the way. */
const source = `
  import { openShop, runToTheEnd } from '${new URL('./contract-shop.ts', import.meta.url)}';
  import { openEmbeddedLog } from '${new URL('../../src/log/embedded.ts', import.meta.url)}';
  const [module, settings, folder] = process.argv.slice(1);
  const { openStore } = await import(module);
  await using shop = await openShop(folder, await openEmbeddedLog({ path: folder + '/log.db' }));
  await using sink = await openStore(folder, settings);
  await runToTheEnd(shop, sink, {
    limits: { records: 5, bytes: 1000000, linger: 0, atOnce: 1 },
    onProgress: () => process.stdout.write('.'),
  });
`;

/** Runs the program; `kill`: until shortly after it has written a range. @returns its exit code, `null` when it was killed */
async function runProcess(store: ContractStore, folder: string, kill: boolean): Promise<number | null> {
  const program = ['--input-type=module', '--eval', source, store.module.href, store.settings(), folder];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  child.stdout.resume();
  if (kill) {
    await Promise.race([ended, once(child.stdout, 'data')]);
    await delay(Math.random() * 10);
    child.kill('SIGKILL');
  }
  const [code] = await ended;
  return code;
}

/** The suite. */
export function sinkContract(store: ContractStore): void {
  const stored = async (folder: string) => [...(await store.eventIds(folder))].sort();

  describe(`the contract of sinks: ${store.name}`, () => {
    it('writes every record once, and no tick', async () => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await using sink = await store.open(folder);
      await appendPurchases(shop, 0, count);
      await runToTheEnd(shop, sink);
      expect(await stored(folder)).toEqual(expected);
    });

    it('goes on where it stopped, with what came since', async () => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      for (let n = 0; n < count; n += 80) {
        await appendPurchases(shop, n, n + 80);
        await using sink = await store.open(folder);
        await runToTheEnd(shop, sink);
      }
      expect(await stored(folder)).toEqual(expected);
    });

    it('writes every record once when it crashes at any step, and again on the way back', {
      timeout: 180_000,
    }, async () => {
      for (let steps = 1; steps < 20; steps++) {
        const folder = await newFolder();
        await using shop = await shopIn(folder);
        await appendPurchases(shop, 0, count);
        for (const left of [steps, Math.ceil(steps / 2)]) {
          await using sink = await store.open(folder);
          const step = crashAfter(left);
          const crashing = { log: steppedLog(shop.log, step), registry: shop.registry };
          await runToTheEnd({ ...shop, ...crashing }, steppedSink(sink, step)).catch((error: Error) =>
            expect(error.message).toBe('crash'),
          );
        }
        await using sink = await store.open(folder);
        await runToTheEnd(shop, sink);
        expect(await stored(folder), `crash after ${steps} steps`).toEqual(expected);
      }
    });

    it('tries again while the store does not answer or has no room, also when it had written', async () => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await using sink = await store.open(folder);
      await appendPurchases(shop, 0, count);
      let calls = 0;
      const flaky = steppedSink(sink, () => {
        calls += 1;
        if (calls < 30 && calls % 3 === 0) {
          throw calls % 2 === 0 ? new SinkError('UNAVAILABLE', 'no answer') : new SinkError('FULL', 'no room');
        }
      });
      await runToTheEnd(shop, flaky, { backoff: { first: 1, longest: 2 } });
      expect(await stored(folder)).toEqual(expected);
    });

    it('takes no other layout of files for a range that it has begun', async ({ skip }) => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await using sink = await store.open(folder);
      if (sink.kind === 'transactional') return skip('it has no files');
      await appendPurchases(shop, 0, count);
      const other: Sink = { ...sink, layout: 'parquet/year' };
      await runToTheEnd(shop, sink);
      await appendPurchases(shop, count, count + 10);
      await expect(runToTheEnd(shop, other)).rejects.toMatchObject({
        code: 'REFUSED',
        message: expect.stringContaining('are parquet/day, and the settings say parquet/year'),
      });
      expect(await stored(folder)).toEqual(expected);
    });

    it('waits for a schema registry that does not answer', async () => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await using sink = await store.open(folder);
      await appendPurchases(shop, 0, count);
      let asked = 0;
      const silent: Registry = {
        ...shop.registry,
        async schemaOf(id) {
          asked += 1;
          if (asked < 10) {
            throw new AvroError('UNAVAILABLE', 'no answer');
          }
          return shop.registry.schemaOf(id);
        },
      };
      await runToTheEnd({ ...shop, registry: silent }, sink, { backoff: { first: 1, longest: 2 } });
      expect(await stored(folder)).toEqual(expected);
      expect(asked).toBeGreaterThanOrEqual(10);
    });

    readingContract(store, stored);
    refusedContract(store, stored);

    it('stops at an error that trying again does not mend', async () => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await using sink = await store.open(folder);
      await appendPurchases(shop, 0, count);
      const shut = steppedSink(sink, () => {
        throw new SinkError('REFUSED', 'not allowed');
      });
      await expect(runToTheEnd(shop, shut)).rejects.toMatchObject({ code: 'REFUSED' });
    });

    it('writes every record once when a partition moves to another member with a write in hand', async () => {
      const folder = await newFolder();
      await using here = await shopIn(folder);
      await using there = await shopIn(folder);
      await using mine = await store.open(folder);
      await using theirs = await store.open(folder);
      await appendPurchases(here, 0, count);
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const running = runToTheEnd(here, heldUp(mine, begun.resolve, gate.promise));
      await begun.promise;
      const moved = Promise.withResolvers<void>();
      const other = runToTheEnd(there, theirs, { onProgress: () => moved.resolve() });
      await moved.promise;
      gate.resolve();
      await Promise.all([running, other]);
      expect(await stored(folder)).toEqual(expected);
    });

    it('writes every record once when its process is killed', { timeout: 180_000 }, async () => {
      const folder = await newFolder();
      await using shop = await shopIn(folder);
      await appendPurchases(shop, 0, count);
      let killed = 0;
      for (let kills = 6; kills >= 0; kills--) {
        const code = await runProcess(store, folder, kills > 0);
        killed += code === null ? 1 : 0;
        expect(code ?? 0, 'a process that was not killed ends well').toBe(0);
      }
      expect(killed, 'killed on the way').toBeGreaterThan(0);
      expect(await stored(folder)).toEqual(expected);
    });
  });
}

/** A sink whose writes wait for the gate. */
function heldUp(sink: Sink, begun: () => void, gate: Promise<void>): Sink {
  const wait = async () => {
    begun();
    await gate;
  };
  if (sink.kind === 'idempotent') {
    return {
      ...sink,
      async put(range, again) {
        await wait();
        await sink.put(range, again);
      },
    };
  }
  return {
    ...sink,
    async take(partition) {
      const taken = await sink.take(partition);
      return {
        position: taken.position,
        async write(batch) {
          await wait();
          await taken.write(batch);
        },
      };
    },
  };
}
