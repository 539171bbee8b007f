import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import type { Registry } from '../../../src/avro/registry.ts';
import { tickCodec } from '../../../src/engine/tick.ts';
import { physicalName } from '../../../src/engine/topic.ts';
import type { Log } from '../../../src/log/log.ts';
import { openOutbox } from '../outbox.ts';
import { partitionsOf } from '../partitions.ts';
import { type PostedTick, postedClock } from './clock.ts';
import { lastTick } from './last-tick.ts';

/** An event as programs post it: without what only we know of it. */
export type Posted = Omit<Event, 'file' | 'row' | 'localDate' | 'localHour' | 'dataset'> & {
  readonly localDate: string | null;
  readonly localHour: number | null;
  readonly dataset: string | null;
};

export interface IntakeOptions {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  /** Of the topic, unless it exists. */
  readonly partitions: number;
  /** ms between two commits while events come. */
  readonly commitInterval: number;
  /** ms of quiet after which nobody is to wait for more; absent: they wait for ever. */
  readonly idle: number | undefined;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Told why quiet could not be noted: it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Takes events from programs into the log, those of many requests in one commit. */
export interface Intake extends AsyncDisposable {
  /** Whether so many more events can wait for a commit. @param bytes about what they take */
  hasRoom(events: number, bytes: number): boolean;
  /** Resolves when all of them are committed, in one commit. @throws LogError: they may have been committed or not; the same again does no harm */
  post(events: readonly Posted[], bytes: number): Promise<void>;
}

/** What may wait, that of the commit in hand included. */
const ROOM = { events: 20_000, bytes: 32 << 20 };
/** ms between two looks whether it is quiet. */
const LOOK_EVERY = 1_000;
/** Under which the server ticks: all that serve a shop as one, since all promise the same. */
const WRITER = 'posted';

interface Waiting {
  readonly events: readonly Posted[];
  readonly bytes: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** @throws LogError, AvroError */
export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const { log, registry, shop, commitInterval, idle, now, onError } = options;
  const topic = topics.posted;
  const name = physicalName(shop, topic.name);
  const partitions = await partitionsOf(log, name, options.partitions);
  await log.create([{ name, partitions, cleanup: topic.cleanup }]);
  const outbox = await openOutbox(registry, topic, name, partitions, WRITER);
  const clock = postedClock({ last: await lastTick(log, await tickCodec(registry, name), name, WRITER), idle });

  let waiting: Waiting[] = [];
  const inside = { events: 0, bytes: 0 };
  const count = ({ events, bytes }: Pick<Waiting, 'events' | 'bytes'>, by: 1 | -1): void => {
    inside.events += by * events.length;
    inside.bytes += by * bytes;
  };
  /** A tick that the log did not take. */
  let owed: PostedTick | undefined;
  let committing: Promise<void> | undefined;
  let next = Number.NEGATIVE_INFINITY;

  const append = (tick: PostedTick | undefined): Promise<void> => {
    if (tick !== undefined) outbox.tick(tick.time, tick.closed);
    return log.append(outbox.drain());
  };

  async function commit(): Promise<void> {
    const taken = waiting;
    waiting = [];
    try {
      const wall = now();
      for (const { events } of taken)
        for (const event of events)
          outbox.put({ ...event, takenAt: Math.max(event.time, clock.watermark), receivedAt: wall });
      await append(
        clock.take(
          taken.flatMap(({ events }) => events.map(({ time }) => time)),
          wall,
        ),
      );
      owed = undefined;
      for (const { done } of taken) done();
    } catch (error) {
      outbox.drain();
      for (const { failed } of taken) failed(error);
    }
    for (const one of taken) count(one, -1);
  }

  /** One commit after the other, each an interval after the one before. */
  async function commitAll(): Promise<void> {
    while (waiting.length > 0) {
      const wait = next - performance.now();
      if (wait > 0) await sleep(wait);
      next = performance.now() + commitInterval;
      await commit();
    }
    committing = undefined;
  }

  const quietly = async (): Promise<void> => {
    if (committing !== undefined) return;
    const tick = owed ?? clock.quiet(now());
    if (tick === undefined) return;
    owed = tick;
    committing = append(tick).then(() => {
      owed = undefined;
    }, onError);
    await committing;
    committing = waiting.length > 0 ? commitAll() : undefined;
  };
  const looking = setInterval(() => void quietly(), LOOK_EVERY);
  looking.unref();

  return {
    hasRoom: (events, bytes) => inside.events + events <= ROOM.events && inside.bytes + bytes <= ROOM.bytes,
    post(events, bytes) {
      const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
      const one = { events, bytes, done, failed };
      waiting.push(one);
      count(one, 1);
      committing ??= commitAll();
      return promise;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(looking);
      while (committing !== undefined) await committing;
      const tick = clock.end();
      if (tick !== undefined) await append(tick).catch(onError);
    },
  };
}
