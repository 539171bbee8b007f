/** Memory that a task's state takes: 100,000 client profiles, and as many open sessions, which have alarms. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Event, eventSchema } from '../schemas/generated.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import type { Registry } from '../src/avro/registry.ts';
import { openSerde } from '../src/avro/serde.ts';
import { plan } from '../src/engine/plan.ts';
import { Task } from '../src/engine/task.ts';
import type { Topology } from '../src/engine/topology.ts';
import { clientProfiles } from '../topologies/client-profiles.ts';
import { sessions } from '../topologies/sessions.ts';
import { event } from './event.ts';

const keys = 100_000;
const perCommit = 20_000;

/** Prints MB of live heap per 100,000 keys, and bytes of their state on the log. */
export async function benchStateMemory(): Promise<void> {
  await using registry = memoryRegistry();
  for (const perKey of [1, 10]) {
    report(`state: 100,000 client profiles of ${perKey} purchases`, await measure(clientProfiles, perKey, registry));
  }
  report('state: 100,000 open sessions of 1 event', await measure(sessions, 1, registry));
}

interface Measured {
  /** Bytes of live heap. */
  readonly heap: number;
  /** Bytes of state records on the log. */
  readonly log: number;
}

async function measure(topology: Topology, perKey: number, registry: Registry): Promise<Measured> {
  const planned = await plan({ topology, shop: 'bench', registry, existing: new Map(), partitions: 1 });
  const [input] = planned.inputs.values();
  if (input === undefined) throw new Error(`${topology.name} has no input`);
  const serde = await openSerde<Event>(registry, `${input.physical}-value`, eventSchema);
  const task = new Task(planned, 0);
  const states = new Map<string, number>();
  const before = live();
  for (let offset = 0; offset < keys * perKey; offset += perCommit) {
    const records = Array.from({ length: perCommit }, (_, i) => {
      const customerId = `c${(offset + i) % keys}`;
      const value: Event = { ...event(offset + i), kind: 'PURCHASE', customerId };
      return { key: Buffer.from(customerId), value: serde.encode(value), headers: undefined, offset: offset + i };
    });
    const next = offset + perCommit;
    task.advance({ topic: input.physical, partition: 0, records, next, end: next });
    for (const append of task.flush().appends) {
      if (append.topic !== planned.stateTopic) continue;
      for (const { key, value } of append.records) states.set(String(key), value?.length ?? 0);
    }
  }
  let log = 0;
  for (const length of states.values()) log += length;
  states.clear();
  const heap = live() - before;
  const held = [...task.keys.values()].reduce((sum, one) => sum + one, 0);
  if (held !== keys) throw new Error(`${topology.name} holds ${held} keys, not ${keys}`);
  return { heap, log };
}

/** Bytes in use after a collection, Buffers included. */
function live(): number {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc !== 'function') throw new Error('node gives no gc');
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function report(name: string, { heap, log }: Measured): void {
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(7);
  process.stdout.write(`${name.padEnd(50)} ${megabytes(heap)} MB heap ${megabytes(log)} MB on the log\n`);
}

if (import.meta.main) {
  await benchStateMemory();
}
