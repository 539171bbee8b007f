import { hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDecoder, whole } from '../../connectors/sinks/decode.ts';
import type { SinkRecord } from '../../connectors/sinks/sink.ts';
import type { Registry } from '../avro/registry.ts';
import { isTick } from '../engine/tick.ts';
import type { Log } from '../log/log.ts';
import { canonical } from './plain.ts';

/**
 * What is compared: the last value of each key, the last value of each combination of some fields, or every record, in
 * whatever order they come and as often as they come.
 */
export type By = 'key' | 'record' | readonly string[];

type Value = Readonly<Record<string, unknown>>;

export interface Sample {
  readonly id: string;
  /** `undefined`: this side has none. */
  readonly first: Value | undefined;
  readonly second: Value | undefined;
}

export interface Comparison {
  readonly equal: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** In both, and not the same. */
  readonly different: number;
  /** How many of those that are different differ in each field. */
  readonly fields: Readonly<Record<string, number>>;
  /** Some of what is not equal. */
  readonly samples: readonly Sample[];
}

export interface CompareOptions {
  readonly log: Log;
  readonly registry: Registry;
  /** Names on the log. */
  readonly first: string;
  readonly second: string;
  readonly by: By;
  /** How many of each kind of difference to show. */
  readonly samples: number;
  readonly signal: AbortSignal;
}

/** Compares two topics as they are now, on disk: they may be larger than memory. @throws SinkError BAD_RECORD, LogError */
export async function compareTopics(options: CompareOptions): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-diff-'));
  const database = new DatabaseSync(join(folder, 'diff.sqlite'));
  try {
    database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -32000; begin');
    database.exec(
      'create table sides (id text primary key, first text, second text, firsts integer not null default 0, seconds integer not null default 0) without rowid',
    );
    await load(options, database, 'first');
    await load(options, database, 'second');
    return options.by === 'record'
      ? recordsCompared(database, options.samples)
      : valuesCompared(database, options.samples);
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function load(
  { log, registry, by, signal, ...topics }: CompareOptions,
  database: DatabaseSync,
  side: 'first' | 'second',
): Promise<void> {
  const put = database.prepare(
    `insert into sides (id, ${side}, ${side}s) values (?, ?, 1)
     on conflict (id) do update set ${side} = excluded.${side}, ${side}s = ${side}s + 1`,
  );
  const topic = topics[side];
  const decode = openDecoder(registry, undefined);
  for await (const { partition, records } of log.read({ topic, from: 'start', to: 'end', signal })) {
    const told = records.filter((record) => !isTick(record));
    for (const record of whole(await decode(told), { topic, partition })) {
      const value = record.value === null ? null : canonical(record.value);
      put.run(idOf(by, record, value), value);
    }
  }
  signal.throwIfAborted();
}

function idOf(by: By, { key, value }: SinkRecord, text: string | null): string {
  if (by === 'record') return hash('sha256', JSON.stringify([key, text]));
  if (by === 'key' || value === null) return key ?? '';
  return canonical(by.map((field) => value[field] ?? null));
}

function valuesCompared(database: DatabaseSync, samples: number): Comparison {
  const one = (where: string): number =>
    Number(database.prepare(`select count(*) as n from sides where ${where}`).get()?.n);
  const differ = 'first is not null and second is not null and first <> second';
  const onlyFirst = 'first is not null and second is null';
  const onlySecond = 'first is null and second is not null';
  const fields: Record<string, number> = {};
  for (const row of database.prepare(`select first, second from sides where ${differ}`).iterate())
    for (const field of differingFields(parsed(row.first) ?? {}, parsed(row.second) ?? {}))
      fields[field] = (fields[field] ?? 0) + 1;
  return {
    equal: one('first = second'),
    onlyFirst: one(onlyFirst),
    onlySecond: one(onlySecond),
    different: one(differ),
    fields,
    samples: [differ, onlyFirst, onlySecond].flatMap((where) => samplesOf(database, where, samples)),
  };
}

function recordsCompared(database: DatabaseSync, samples: number): Comparison {
  const sum = (what: string): number =>
    Number(database.prepare(`select coalesce(sum(${what}), 0) as n from sides`).get()?.n);
  return {
    equal: sum('min(firsts, seconds)'),
    onlyFirst: sum('max(firsts - seconds, 0)'),
    onlySecond: sum('max(seconds - firsts, 0)'),
    different: 0,
    fields: {},
    samples: ['firsts > seconds', 'seconds > firsts'].flatMap((where) => samplesOf(database, where, samples)),
  };
}

function samplesOf(database: DatabaseSync, where: string, most: number): readonly Sample[] {
  const rows = database.prepare(`select id, first, second from sides where ${where} order by id limit ?`).all(most);
  return rows.map(({ id, first, second }) => ({ id: String(id), first: parsed(first), second: parsed(second) }));
}

function parsed(text: unknown): Value | undefined {
  return typeof text === 'string' ? (JSON.parse(text) as Value) : undefined;
}

/** Names of the fields in which two values differ. */
export function differingFields(first: Value, second: Value): readonly string[] {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...names].filter((name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]));
}
