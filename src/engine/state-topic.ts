import { AvroError } from '../avro/error.ts';
import type { Serde } from '../avro/serde.ts';
import type { Batch, LogRecord, NewRecord } from '../log/log.ts';
import type { Graph } from './graph.ts';
import type { Plan, StateValue } from './plan.ts';
import { newEntry } from './stateful.ts';
import type { Entry, Store } from './store.ts';
import { TopologyError } from './topology.ts';

/** Key of the task's own state; those of stores are `<store>/<key>`. */
export const TASK_KEY = 'ebb/task';

/**
 * Gives the records of the state topic to `take`, by key.
 * @throws TopologyError STATE_UNREADABLE, naming the record that `take` could not decode: nobody may go on from half a state
 */
export function eachKept(
  { topology }: Plan,
  { topic, partition, records }: Batch,
  take: (key: string, value: LogRecord['value']) => void,
): void {
  for (const { key, value, offset } of records) {
    if (key === null) continue;
    try {
      take(key.toString(), value);
    } catch (cause) {
      if (!(cause instanceof AvroError)) throw cause;
      throw new TopologyError(
        'STATE_UNREADABLE',
        `topology ${topology.name}: its state does not decode at ${topic}, partition ${partition}, offset ${offset}, key ${key}: ${cause.message}. Nothing runs on half a state: did something else write to this topic? Forget it (\`ebb reset\`) to have it computed again`,
        { cause },
      );
    }
  }
}

/** Takes a store's record of the state topic back in. */
export function restoreEntry({ stores }: Plan, graph: Graph, name: string, value: LogRecord['value']): void {
  const slash = name.indexOf('/');
  const store = graph.stores.get(name.slice(0, slash));
  const serde = stores.get(name.slice(0, slash));
  // A store that this version no longer declares: its keys stay in the topic and mean nothing.
  if (store === undefined || serde === undefined) return;
  const key = name.slice(slash + 1);
  const old = store.entries.get(key);
  store.bytes += (value?.length ?? 0) - (old?.bytes ?? 0);
  if (value === null) {
    if (old !== undefined) graph.alarms.set(old, Number.POSITIVE_INFINITY);
    store.entries.delete(key);
    return;
  }
  const { wakeAt, state } = serde.decode(value);
  const entry: Entry = old ?? newEntry(store, key);
  entry.state = state;
  entry.committed = true;
  entry.bytes = value.length;
  store.entries.set(key, entry);
  graph.alarms.set(entry, wakeAt ?? Number.POSITIVE_INFINITY);
}

/** Puts the store's changed keys, and tombstones of those that are gone, and takes them for committed. */
export function flushStore(plan: Plan, store: Store, put: (record: NewRecord) => void): void {
  const serde = plan.stores.get(store.name);
  if (serde === undefined)
    throw new TopologyError(
      'INVALID',
      `topology ${plan.topology.name}: store ${store.name} was not planned; build must declare the same stores every time`,
    );
  for (const entry of store.dirty) {
    entry.dirty = false;
    if (entry.state !== undefined) {
      const value = encode(plan, serde, entry);
      entry.committed = true;
      store.bytes += value.length - entry.bytes;
      entry.bytes = value.length;
      put({ key: Buffer.from(`${store.name}/${entry.key}`), value });
    } else {
      store.bytes -= entry.bytes;
      entry.bytes = 0;
      if (entry.committed && !store.entries.has(entry.key))
        put({ key: Buffer.from(`${store.name}/${entry.key}`), value: null });
    }
  }
  store.dirty.length = 0;
}

function encode({ topology }: Plan, serde: Serde<StateValue>, { store, key, state, wakeAt }: Entry): Buffer {
  try {
    return serde.encode({ wakeAt: wakeAt === Number.POSITIVE_INFINITY ? null : wakeAt, state });
  } catch (cause) {
    if (!(cause instanceof AvroError)) throw cause;
    throw new TopologyError(
      'OPERATOR_FAILED',
      `topology ${topology.name}: the state of store ${store.name}, key ${key}, is ${cause.message}. Nothing since the last commit is committed; mend the operator or its schema and run again`,
      { cause },
    );
  }
}
