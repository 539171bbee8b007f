/** For tests: a log with events, and a run of a sink that ends when everything is written. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Event, eventSchema } from '../../schemas/generated.ts';
import { openEmbeddedRegistry } from '../../src/avro/embedded-registry.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { BEGINNING, tickCodec } from '../../src/engine/tick.ts';
import { physicalName } from '../../src/engine/topic.ts';
import type { Log, NewRecord } from '../../src/log/log.ts';
import { type RunSinkOptions, runSink, sinkGroup } from './runner.ts';
import { purchase } from './sample-events.ts';
import type { Sink } from './sink.ts';

export const shop = 'demo';
export const partitions = 3;
/** Small ranges, so that there are many steps between which to crash. */
export const limits = { records: 50, bytes: 1 << 20, linger: 0, atOnce: 2 };

const events = physicalName(shop, 'events');

export interface Shop extends AsyncDisposable {
  readonly log: Log;
  readonly registry: Registry;
}

/** Opens the registry of a folder and its topic beside the log; several may be open at a time. The shop closes both. */
export async function openShop(folder: string, log: Log): Promise<Shop> {
  const registry = await openEmbeddedRegistry({ path: join(folder, 'registry.db') });
  await log.create([{ name: events, partitions, cleanup: 'delete' }]);
  return {
    log,
    registry,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

/** Appends purchases `from`..`to - 1`, spread over the partitions, with a tick after every tenth and at the end of each. */
export async function appendPurchases({ log, registry }: Shop, from: number, to: number): Promise<void> {
  const serde = await openSerde<Event>(registry, `${events}-value`, eventSchema);
  const ticks = await tickCodec(registry, events);
  const tick = ticks.record({ writer: 'test', from: 0, of: 1, time: BEGINNING, closed: false });
  const appends = Array.from({ length: partitions }, (_, partition) => {
    const records: NewRecord[] = [];
    for (let n = from; n < to; n++) {
      if (n % partitions === partition) {
        records.push({ key: Buffer.from(`c${n}`), value: serde.encode(purchase(n)) });
      }
      if (n % 10 === 0) {
        records.push(tick);
      }
    }
    return { topic: events, partition, records: [...records, tick] };
  });
  await log.append(appends);
}

/** Whether the sink's group has read the topic to its end. */
export async function caughtUp(log: Log, sink: string): Promise<boolean> {
  const positions = (await log.positions()).get(sinkGroup(shop, sink, 'events'))?.get(events) ?? [];
  const topic = (await log.topics()).find(({ name }) => name === events);
  return topic?.offsets.every(({ end }, partition) => (positions[partition] ?? 0) === end) ?? false;
}

/** Runs the sink until it has written everything. `taking`: partitions to be taken before the group's position counts. */
export async function runToTheEnd(
  { log, registry }: Shop,
  sink: Sink,
  changes: Partial<RunSinkOptions> = {},
  taking = 0,
): Promise<void> {
  const stop = new AbortController();
  const taken = new Set<number>();
  const onTaken = (_topic: string, partition: number) => taken.add(partition);
  const usual = { topics: ['events'], signal: stop.signal, limits, onTaken };
  const running = runSink({ log, registry, shop, sink, ...usual, ...changes });
  const watching = (async () => {
    while (!stop.signal.aborted && !(taken.size >= taking && (await caughtUp(log, sink.name)))) {
      await delay(5);
    }
    stop.abort();
  })();
  try {
    await running;
  } finally {
    stop.abort();
    await watching;
  }
}
