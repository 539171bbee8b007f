import type { Observable } from 'rxjs';
import { Alarms } from './alarms.ts';
import { type Hot, hot } from './hot.ts';
import { type Broadcast, type BroadcastOptions, type Keep, type LateDetails, Rejection } from './keep.ts';
import { type Message, type Origin, withValue } from './message.ts';
import { type StatefulHost, stateful } from './stateful.ts';
import type { Store } from './store.ts';
import { type Topology, TopologyError } from './topology.ts';

/** What the graph hands to the task that runs it. */
export interface GraphHost {
  watermark(): number;
  now(): number;
  output(name: string, message: Message<unknown>): void;
  late(message: Message<unknown>, details: LateDetails): void;
  dead(origin: Origin, code: string, message: string): void;
  count(metric: string, by: number): void;
  broadcast(name: string, options: BroadcastOptions<unknown>): Broadcast<unknown>;
  /** @throws TopologyError EMITTED_OUTSIDE when a value gets to `place` while no record is being processed */
  enter(place: string): void;
  fail(error: unknown): void;
}

/** One build of a topology: its inputs to push into, its stores and its alarms. */
export class Graph {
  readonly inputs = new Map<string, Hot<Message<unknown>>>();
  readonly stores = new Map<string, Store>();
  readonly alarms = new Alarms();

  constructor(topology: Topology, partition: number, host: GraphHost) {
    const streams: Record<string, Observable<Message<unknown>>> = {};
    for (const name of Object.keys(topology.from)) {
      const input = hot<Message<unknown>>();
      this.inputs.set(name, input);
      streams[name] = input.stream;
    }
    const outputs = topology.build(streams, this.#keep(topology, partition, host));
    for (const name of Object.keys(topology.to)) {
      const output = outputs[name];
      if (output === undefined)
        throw new TopologyError('INVALID', `topology ${topology.name}: build returns no stream for output ${name}`);
      output.subscribe({
        // RxJS would throw what a subscriber throws on a later turn, past the task.
        next(message) {
          try {
            host.output(name, message);
          } catch (error) {
            host.fail(error);
          }
        },
        error: (error) => host.fail(error),
      });
    }
  }

  #keep(topology: Topology, partition: number, host: GraphHost): Keep {
    const { stores, alarms } = this;
    const storeHost: StatefulHost = {
      get watermark() {
        return host.watermark();
      },
      get now() {
        return host.now();
      },
      setAlarm: (entry, at) => alarms.set(entry, at),
      nextStoreIndex: () => stores.size,
      addStore(store) {
        const wrong = wrongName(store.name, stores);
        if (wrong !== undefined)
          throw new TopologyError('INVALID', `topology ${topology.name}: store name "${store.name}" ${wrong}`);
        stores.set(store.name, store);
      },
      enter: host.enter,
      fail: host.fail,
    };
    return {
      partition,
      get watermark() {
        return host.watermark();
      },
      stateful: (options) => stateful(storeHost, options),
      mapOrReject:
        <A, B>(project: (value: A, message: Message<A>) => B | Rejection) =>
        (source: Observable<Message<A>>) => {
          // Hot, as stores are: with several readers, each record is still refused once.
          const out = hot<Message<B>>();
          source.subscribe({
            next(message) {
              try {
                const value = project(message.value, message);
                if (value instanceof Rejection) host.dead(message.origin, value.code, value.message);
                else out.next(withValue(message, value));
              } catch (error) {
                host.fail(error);
              }
            },
            error: host.fail,
          });
          return out.stream;
        },
      late: host.late,
      count: (metric, by = 1) => host.count(metric, by),
      broadcast: <T>(name: string, options: BroadcastOptions<T> = {}) => {
        if (topology.broadcast[name] === undefined) {
          throw new TopologyError('INVALID', `topology ${topology.name}: no broadcast input is named ${name}`);
        }
        return host.broadcast(name, options) as Broadcast<T>;
      },
    };
  }

  /** Pushes coalesced updates until nothing changes any more: an update may feed another store. */
  update(): void {
    for (let again = true; again; ) {
      again = false;
      for (const store of this.stores.values()) {
        if (store.changed.length === 0) continue;
        store.update();
        again = true;
      }
    }
  }
}

/** What is wrong with a store's name: `<store>/<key>` are the keys of the state topic, and `ebb/…` those of the task. */
function wrongName(name: string, taken: ReadonlyMap<string, Store>): string | undefined {
  if (taken.has(name)) return 'is used twice';
  if (name === '' || name.includes('/')) return 'is empty or has a /';
  return name === 'ebb' ? 'is the engine’s own' : undefined;
}
