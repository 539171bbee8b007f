/** Memory that a task's state takes: 100,000 client profiles, and as many open sessions, which have alarms. */

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
import { liveMemory } from './measure.ts';
import { megabytes, printTable, type Row } from './table.ts';

const keys = 100_000;
const perCommit = 20_000;

async function benchStateMemory(): Promise<void> {
  await using registry = memoryRegistry();
  const rows: Row[] = [];
  for (const perKey of [1, 10]) {
    rows.push({ what: `client profiles of ${perKey} purchases`, ...(await hold(clientProfiles, perKey, registry)) });
  }
  rows.push({ what: 'open sessions of 1 event', ...(await hold(sessions, 1, registry)) });
  printTable('state of 100,000 keys', rows, 'memory: live heap and buffers');
}

async function hold(topology: Topology, perKey: number, registry: Registry): Promise<Omit<Row, 'what'>> {
  const planned = await plan({ topology, shop: 'bench', registry, existing: new Map(), partitions: 1 });
  const [input] = planned.inputs.values();
  if (input === undefined) throw new Error(`${topology.name} has no input`);
  const serde = await openSerde<Event>(registry, `${input.physical}-value`, eventSchema);
  const task = new Task(planned, 0);
  const states = new Map<string, number>();
  const before = liveMemory();
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
  const memory = liveMemory() - before;
  const held = [...task.keys.values()].reduce((sum, one) => sum + one, 0);
  if (held !== keys) throw new Error(`${topology.name} holds ${held} keys, not ${keys}`);
  return { memory, beside: `${megabytes(log)} on the log, ${(memory / log).toFixed(1)} times as much in memory` };
}

await benchStateMemory();
