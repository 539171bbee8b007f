import { expect } from 'vitest';
import type { Append, Log, LogErrorCode, LogRecord, NewRecord, Owned, ReadOptions, TopicSpec } from './log.ts';

/** What an adapter lends to the contract. */
export interface LogHarness {
  /** An empty log. */
  readonly log: Log;
  /** The same log, opened once more: another process, as far as groups are concerned. */
  another(): Promise<Log>;
  /** Compacts now. Adapters that cannot be told to leave it out. */
  compact?(topics: readonly string[]): Promise<void>;
  /** Closes everything that was opened, and removes it. */
  close(): Promise<void>;
}

export type Subject = () => LogHarness;

export function topicOf(name: string, partitions = 1, cleanup: TopicSpec['cleanup'] = 'delete'): TopicSpec {
  return { name, partitions, cleanup };
}

/** `key=value`, `key=` for an empty value, `key` for a tombstone. */
export function record(text: string): NewRecord {
  const [key = '', value] = text.split('=');
  return { key: Buffer.from(key), value: value === undefined ? null : Buffer.from(value) };
}

export function appendOf(topic: string, partition: number, ...texts: readonly string[]): Append {
  return { topic, partition, records: texts.map(record) };
}

export function textOf({ key, value }: NewRecord): string {
  return value === null ? `${key}` : `${key}=${value}`;
}

export async function allOf<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of iterable) all.push(one);
  return all;
}

export async function recordsOf(log: Log, topic: string, options: Partial<ReadOptions> = {}): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of log.read({ from: 'start', to: 'end', ...options, topic })) records.push(...batch.records);
  return records;
}

export async function textsOf(log: Log, topic: string, options: Partial<ReadOptions> = {}): Promise<string[]> {
  return (await recordsOf(log, topic, options)).map(textOf);
}

/** Joins and collects what it owns, until `leave`. */
export function member(log: Log, group: string, topics: readonly string[]) {
  const controller = new AbortController();
  const owned = new Map<number, Owned>();
  const ended = (async () => {
    for await (const one of log.join({ group, topics, signal: controller.signal })) owned.set(one.partition, one);
  })();
  // Seen by whoever awaits `ended` or `leave`.
  ended.catch(() => undefined);
  return {
    /** Partition numbers that are owned now. */
    partitions: (): number[] =>
      [...owned.values()]
        .filter((one) => !one.signal.aborted)
        .map((one) => one.partition)
        .sort(),
    /** Waits until the partition is owned. */
    own: (partition: number): Promise<Owned> =>
      eventually(() => {
        const one = owned.get(partition);
        return one?.signal.aborted === false ? one : undefined;
      }),
    ended,
    async leave(): Promise<void> {
      controller.abort();
      await ended;
    },
  };
}

/** Tries until there is a result. The test's own time limit ends it. */
export async function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(2);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Expects a LogError with one of the codes. */
export async function expectCode(promise: Promise<unknown>, ...codes: readonly LogErrorCode[]): Promise<void> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
  expect(codes).toContain(outcome);
}
