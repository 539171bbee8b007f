import type { Observable, OperatorFunction } from 'rxjs';
import { hot } from './hot.ts';
import { type Message, originOf } from './message.ts';
import type { Entry, StatefulOptions, Step, Store } from './store.ts';

/** What a stateful operator needs of the task that it runs in. */
export interface StatefulHost {
  /** The task's watermark, ms. */
  readonly watermark: number;
  /** Event time of what is being processed; dates coalesced updates. */
  readonly now: number;
  setAlarm(entry: Entry, at: number): void;
  addStore(store: Store): void;
  nextStoreIndex(): number;
  /** @throws TopologyError EMITTED_OUTSIDE when a message gets to `place` while no record is being processed */
  enter(place: string): void;
  /** Something threw inside the graph: the task cannot go on. */
  fail(error: unknown): void;
}

/**
 * Binds the primitive to a task. The result is hot: it subscribes to its source once, when the graph is built, so that
 * several readers of it see each message once and state is never updated twice.
 */
export function stateful<I, S, O>(
  host: StatefulHost,
  options: StatefulOptions<I, S, O>,
): OperatorFunction<Message<I>, Message<O>> {
  const place = `store ${options.name}`;
  return (source: Observable<Message<I>>) => {
    const out = hot<Message<O>>();
    const store: Store = {
      name: options.name,
      index: host.nextStoreIndex(),
      schema: options.schema,
      entries: new Map(),
      dirty: [],
      changed: [],
      bytes: 0,
      wake(entry, at) {
        guard(() => onAlarm(entry, at));
      },
      update: () => guard(onUpdate),
    };
    host.addStore(store);

    /** The record in hand is to blame: the task names it in the error that stops it. */
    function guard(work: () => void): void {
      try {
        work();
      } catch (error) {
        host.fail(error);
      }
    }

    function apply(entry: Entry, step: Step<S, O>): void {
      const { state } = step;
      if (state === undefined && entry.state === undefined) return;
      entry.state = state;
      if (state === undefined) {
        store.entries.delete(entry.key);
        host.setAlarm(entry, Number.POSITIVE_INFINITY);
      } else {
        host.setAlarm(entry, step.wakeAt ?? Number.POSITIVE_INFINITY);
        if (!entry.changed) {
          entry.changed = true;
          store.changed.push(entry);
        }
      }
      if (!entry.dirty) {
        entry.dirty = true;
        store.dirty.push(entry);
      }
    }

    function emit(values: O | readonly O[] | undefined, from: Pick<Message<unknown>, 'key' | 'time' | 'origin'>): void {
      if (values === undefined) return;
      if (Array.isArray(values)) for (const value of values) emitOne(value, from);
      else emitOne(values as O, from);
    }

    function emitOne(value: O, { key, time, origin }: Pick<Message<unknown>, 'key' | 'time' | 'origin'>): void {
      out.next({ key, value, time: options.timeOf === undefined ? time : options.timeOf(value), origin });
    }

    function onMessage(message: Message<I>): void {
      const keys = options.key(message);
      if (typeof keys === 'string') take(keys, message);
      else for (let index = 0; index < keys.length; index++) take(keys[index] as string, message);
    }

    function take(key: string, message: Message<I>): void {
      let entry = store.entries.get(key);
      const step = options.onMessage(entry?.state as S | undefined, message, key);
      if (entry === undefined) {
        if (step.state === undefined) {
          emit(step.emit, message);
          return;
        }
        entry = newEntry(store, key);
        store.entries.set(key, entry);
      }
      apply(entry, step);
      emit(step.emit, message);
    }

    function onAlarm(entry: Entry, at: number): void {
      if (options.onAlarm === undefined || entry.state === undefined) return;
      const step = options.onAlarm(entry.state as S, at, entry.key);
      if (step.wakeAt !== undefined && !(step.wakeAt > at)) {
        throw new RangeError(
          `${place}, key ${entry.key}: an alarm at ${at} asks to be woken at ${step.wakeAt}, which is not after it and would never end`,
        );
      }
      apply(entry, step);
      // While alarms fire, the watermark stands just before `at`: what is emitted comes before the tick that tells of it.
      emit(step.emit, { key: entry.key, time: at, origin: originOf(host.watermark) });
    }

    function onUpdate(): void {
      const { onCommit } = options;
      const changed = store.changed.splice(0);
      for (const entry of changed) {
        entry.changed = false;
        if (onCommit === undefined || entry.state === undefined) continue;
        const value = onCommit(entry.state as S, entry.key);
        if (value !== undefined) emitOne(value, { key: entry.key, time: host.now, origin: originOf(host.watermark) });
      }
    }

    source.subscribe({
      next(message) {
        try {
          host.enter(place);
          onMessage(message);
        } catch (error) {
          host.fail(error);
        }
      },
      error: (error) => host.fail(error),
    });
    return out.stream;
  };
}

export function newEntry(store: Store, key: string): Entry {
  return {
    store,
    key,
    state: undefined,
    wakeAt: Number.POSITIVE_INFINITY,
    dirty: false,
    committed: false,
    changed: false,
    bytes: 0,
  };
}
