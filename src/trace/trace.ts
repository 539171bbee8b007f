/** Where a record went: from the row that came in to everything that it is part of, or to where it ended, and why. */
import type { Descriptor } from '../../datasets/descriptor.ts';
import {
  type ChurnScore,
  type ClientProfile,
  type DeadLetter,
  deadLetterSchema,
  type Event,
  type LateRecord,
  lateRecordSchema,
  type Session,
} from '../../schemas/generated.ts';
import { topics } from '../../schemas/topics.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type RawValue, rawOf } from './raw.ts';
import { allOf, holding, nameIn, type OnLog, ofKey, type Placed, placeOf, reader } from './reading.ts';
import { type CountedIn, windowsOf } from './windows.ts';

/** What a trace reads from. */
export interface TraceFrom extends OnLog {
  readonly datasets: readonly Descriptor[];
  /** Whether whoever reads the topic has come past the record; `undefined`: nobody has read it yet. */
  passed(place: Omit<Placed<unknown>, 'value'>): Promise<boolean>;
  /** Rows of the tables. */
  rows(trace: Found): Promise<readonly TraceRow[]>;
  /** Files that hold a record. @param time UTC ms; null where the record has none */
  files(place: Omit<Placed<unknown>, 'value'>, time: number | null): Promise<readonly TraceFile[]>;
}

export interface TraceRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface TraceFile {
  /** `files`, `hdfs` or `minio`. */
  readonly sink: string;
  readonly path: string;
}

/** What the log has of an event. */
export interface Found {
  readonly shop: string;
  readonly eventId: string;
  /** As it came in, more than once where it was repeated. */
  readonly raw: readonly Placed<RawValue>[];
  /** The canonical event. */
  readonly events: readonly Placed<Event>[];
  readonly windows: readonly CountedIn[];
  readonly profile: Placed<ClientProfile> | null;
  readonly session: Placed<Session> | null;
  readonly score: Placed<ChurnScore> | null;
  readonly dead: readonly Placed<DeadLetter>[];
  readonly late: readonly Placed<LateRecord>[];
}

export interface Trace extends Found {
  readonly outcome: Outcome;
  /** The outcome in a sentence. */
  readonly why: string;
  readonly rows: readonly TraceRow[];
  readonly files: readonly TraceFile[];
}

/** @throws LogError, AvroError UNAVAILABLE */
export async function traceEvent(from: TraceFrom, eventId: string): Promise<Trace> {
  const [raw, events] = await Promise.all([rawOf(from, from.datasets, eventId), eventsOf(from, eventId)]);
  const [dead, late] = await Promise.all([deadOf(from, eventId, raw, events), lateOf(from, events)]);
  const [first] = events;
  const known = first === undefined ? nothing : await computedOf(from, first);
  const found = { shop: from.shop, eventId, raw, events, ...known, dead, late };
  const [rows, ofRaw, ofEvents] = await Promise.all([
    from.rows(found),
    Promise.all(raw.map((place) => from.files(place, timeOf(place.value)))),
    Promise.all(events.map((place) => from.files(place, place.value.time))),
  ]);
  const waiting = await Promise.all([...raw, ...events].map(async (place) => !(await from.passed(place))));
  return { ...found, ...outcomeOf(found, waiting.includes(true)), rows, files: [...ofRaw, ...ofEvents].flat() };
}

async function eventsOf(on: OnLog, eventId: string): Promise<readonly Placed<Event>[]> {
  const topic = nameIn(on, topics.events);
  const decode = reader<Event>(on.registry, topics.events.schema);
  const found: Placed<Event>[] = [];
  for await (const { partition, record } of holding(on, { topic }, Buffer.from(eventId))) {
    const value = record.value === null ? undefined : await decode(record.value);
    if (value?.eventId === eventId) found.push({ topic, partition, offset: record.offset, value });
  }
  return found;
}

const nothing = { windows: [], profile: null, session: null, score: null };

async function computedOf(on: OnLog, event: Placed<Event>): Promise<Pick<Found, keyof typeof nothing>> {
  const { customerId, time } = event.value;
  const windows = windowsOf(on, event);
  if (customerId === null) return { ...nothing, windows: await windows };
  const within = ({ sessionStart, sessionEnd }: Session): boolean => sessionStart <= time && time <= sessionEnd;
  const [profiles, sessions, scores] = await Promise.all([
    ofKey(on, topics.clientProfiles, customerId),
    ofKey(on, topics.sessions, customerId, within),
    ofKey(on, topics.churnScores, customerId),
  ]);
  const last = <T>(values: readonly Placed<T>[]): Placed<T> | null => values.at(-1) ?? null;
  return { windows: await windows, profile: last(profiles), session: last(sessions), score: last(scores) };
}

/** Those of the record where it stands, and those whose bytes name the event: what cannot be read has no id. */
async function deadOf(
  on: OnLog,
  eventId: string,
  raw: readonly Placed<unknown>[],
  events: readonly Placed<unknown>[],
): Promise<readonly Placed<DeadLetter>[]> {
  const places = new Set([...raw, ...events].map(placeOf));
  const named = Buffer.from(eventId);
  const letters = await allOf<DeadLetter>(on, '.dead', deadLetterSchema);
  return letters.filter(({ value }) => places.has(placeOf(value)) || value.value?.includes(named) === true);
}

async function lateOf(on: OnLog, events: readonly Placed<unknown>[]): Promise<readonly Placed<LateRecord>[]> {
  if (events.length === 0) return [];
  const places = new Set(events.map(placeOf));
  return (await allOf<LateRecord>(on, '.late', lateRecordSchema)).filter(({ value }) => places.has(placeOf(value)));
}

function timeOf(raw: RawValue): number | null {
  if ('_row' in raw) return raw._time;
  return 'timestamp' in raw ? raw.timestamp : raw.time;
}
