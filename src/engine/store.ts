import type { Message } from './message.ts';
import type { SchemaJson } from './schema-names.ts';

/** State of one key. `undefined` state: the key is gone, and its tombstone waits for the commit. */
export interface Entry {
  readonly store: Store;
  readonly key: string;
  state: unknown;
  /** When its alarm is due, by event time; Infinity: never. */
  wakeAt: number;
  /** Differs from what the state topic holds. */
  dirty: boolean;
  /** Has been committed, so that deleting it needs a tombstone. */
  committed: boolean;
  /** Changed since onCommit was last asked. */
  changed: boolean;
  /** Of its state as the state topic holds it; 0 before it is there. */
  bytes: number;
}

/** What happens to a key: its next state, what is emitted now, and when it wants to be woken. */
export interface Step<S, O> {
  /** `undefined` deletes the key. May be the same object, mutated. */
  readonly state: S | undefined;
  readonly emit?: O | readonly O[] | undefined;
  /** Event time of the key's alarm; `undefined`: none. It fires when the watermark reaches it. */
  readonly wakeAt?: number | undefined;
}

/** The one stateful primitive. Everything else that remembers is composed of it. */
export interface StatefulOptions<I, S, O> {
  /** Names the store in the state topic: unique in its topology, without `/`. */
  readonly name: string;
  /** The key that the message is for; a list of them when it is for several, or for none. */
  key(message: Message<I>): string | readonly string[];
  /** Avro schema of the state. */
  readonly schema: SchemaJson;
  onMessage(state: S | undefined, message: Message<I>, key: string): Step<S, O>;
  /** @param at event time for which the alarm was set */
  onAlarm?(state: S, at: number, key: string): Step<S, O>;
  /** Asked once per commit for every key that changed since the last: coalesced updates. */
  onCommit?(state: S, key: string): O | undefined;
  /** Event time of what is emitted, ms. Default: that of the message, the alarm or, on commit, the last message. */
  timeOf?(emitted: O): number;
}

/** The keys of one stateful operator in one task, and what it does with them. */
export interface Store {
  readonly name: string;
  /** Order of declaration. */
  readonly index: number;
  readonly schema: SchemaJson;
  readonly entries: Map<string, Entry>;
  readonly dirty: Entry[];
  readonly changed: Entry[];
  /** Sum of its entries' bytes. */
  bytes: number;
  wake(entry: Entry, at: number): void;
  /** Emits what onCommit gives for the changed keys. */
  update(): void;
}
