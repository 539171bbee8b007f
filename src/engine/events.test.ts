import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { openSerde } from '../avro/serde.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import type { Log } from '../log/log.ts';
import type { RunnerEvent } from './events.ts';
import { note, notes, type Point, point, points } from './points.testing.ts';
import { type Running, runTopologies } from './runner.ts';
import { topology } from './topology.ts';

const echo = topology({
  name: 'echo',
  from: { points },
  to: { notes },
  build: ({ points: stream }) => ({ notes: stream.pipe(note(({ id }: Point) => id)) }),
});

const folder = await mkdtemp(join(tmpdir(), 'ebb-events-'));
afterAll(() => rmSync(folder, { recursive: true }));
const registry = memoryRegistry();

interface Process {
  readonly running: Running;
  readonly events: readonly RunnerEvent[];
  /** How many of a kind have been told. */
  count(kind: RunnerEvent['kind']): number;
  stop(): Promise<void>;
}

async function start(log: Log): Promise<Process> {
  const stop = new AbortController();
  const events: RunnerEvent[] = [];
  const running = await runTopologies({
    log,
    registry,
    shop: 'shop',
    topologies: [echo],
    partitions: 2,
    signal: stop.signal,
    now: () => performance.now(),
    onEvent: (event) => events.push(event),
  });
  return {
    running,
    events,
    count: (kind) => events.filter((event) => event.kind === kind).length,
    async stop() {
      stop.abort();
      await running.done;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

it('tells of tasks that come, commit and go to another process, and the status says where each stands', async () => {
  const path = join(folder, 'log.sqlite');
  await using log = await openEmbeddedLog({ path });
  await using other = await openEmbeddedLog({ path });
  const first = await start(log);
  await until(() => first.count('task-restored') === 2 && first.count('rebalanced') === 1);
  expect(first.running.status()[0]?.tasks).toMatchObject([
    { partition: 0, restored: true, lag: 0, keys: 0 },
    { partition: 1, restored: true, lag: 0, keys: 0 },
  ]);

  const serde = await openSerde<Point>(registry, 'shop.points-value', points.schema);
  const records = [{ key: null, value: serde.encode(point('a', 70_000, 1)) }];
  await log.append([{ topic: 'shop.points', partition: 1, records }]);
  await until(() => first.count('committed') > 0);
  expect(first.events.filter(({ kind }) => kind === 'committed')).toMatchObject([
    { topology: 'echo', partition: 1, records: 1 },
  ]);
  expect(first.running.status()).toMatchObject([{ in: 1, out: 1, commits: 1, tasks: [{}, { newest: 70_000 }] }]);

  const second = await start(other);
  await until(() => first.count('task-lost') === 1 && second.count('rebalanced') === 1);
  expect(first.events.find(({ kind }) => kind === 'task-lost')).toMatchObject({ why: 'taken' });
  expect(second.running.status()[0]?.tasks).toHaveLength(1);
  await second.stop();
  expect(second.events.at(-1)).toMatchObject({ kind: 'task-lost', why: 'stopped' });
  await until(() => first.count('task-restored') === 3);
  await first.stop();
  expect(first.running.status()).toMatchObject([{ in: 1, out: 1, commits: 1, tasks: [] }]);
});
