import { openOutbox } from '../../../connectors/sources/outbox.ts';
import { openPositions, sourcesSpec } from '../../../connectors/sources/positions.ts';
import { endOfData } from '../../../connectors/sources/row-writer.ts';
import { shortId } from '../../../connectors/sources/runner.ts';
import type { Descriptor } from '../../../datasets/descriptor.ts';
import { deliveriesTopic, type RawRow, rawTopic } from '../../../datasets/raw.ts';
import { AvroError } from '../../avro/error.ts';
import { openSerde } from '../../avro/serde.ts';
import { BEGINNING, isTick } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Batch, Owned } from '../../log/log.ts';
import { endsOf, Followed } from '../followed.ts';
import { lastValues } from '../read-values.ts';
import { asSoleOwner } from '../sole-owner.ts';
import type { Workplace } from '../workplace.ts';
import { Files, type OpenFile } from './files.ts';

export interface DeliveriesOptions {
  readonly place: Workplace;
  readonly shop: string;
  /** Of a dataset whose topic of deliveries is there. */
  readonly descriptor: Descriptor;
  readonly signal: AbortSignal;
  /** Wall clock, ms. */
  now(): number;
}

export interface Deliveries {
  /** Resolves when it has stopped after its last commit; rejects with what stopped it. */
  readonly done: Promise<void>;
  /** Resolves when what is on the log now has been looked at, and the files that are whole are closed, here or by another process. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/**
 * Ticks for those who do not: NiFi and others who write files into a raw topic, at least once. A file of theirs holds the watermark
 * from its first row until its last is there, whatever came twice or was cut off; then it is closed as Ebb's own replay closes
 * it. One process of all does it; what it has done is what it wrote, and a successor reads the rows of files that are not whole again.
 */
export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const { place, shop, descriptor, signal } = options;
  const topic = physicalName(shop, deliveriesTopic(descriptor).name);
  const raw = physicalName(shop, rawTopic(descriptor).name);
  const followed = new Followed(place.log);
  const done = asSoleOwner({ log: place.log, group: topic, topic, signal }, async (owned, until) => {
    const closing = await openClosing(options, owned, (next) => followed.reached(raw, next));
    // One that fails must not leave the others waiting for ever.
    const failed = new AbortController();
    const together = AbortSignal.any([until, failed.signal]);
    const follow = async (offset: number, partition: number): Promise<void> => {
      try {
        for await (const batch of place.log.read({ topic: raw, partition, from: { offset }, signal: together }))
          await closing.take(batch);
      } catch (error) {
        failed.abort();
        throw error;
      }
    };
    try {
      const ended = await Promise.allSettled(closing.files.next.map(follow));
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    } finally {
      followed.left();
    }
  });
  return {
    done,
    caughtUp: (until) => followed.caughtUp(AbortSignal.any([until, signal])),
  };
}

interface Closing {
  readonly files: Files;
  take(batch: Batch): Promise<void>;
}

/** @param onSettled told whenever what follows from all that was taken is committed */
async function openClosing(
  { place, shop, descriptor, now }: DeliveriesOptions,
  owned: Owned,
  onSettled: (next: readonly number[]) => void,
): Promise<Closing> {
  const { log, registry } = place;
  const [deliveries, rows] = [deliveriesTopic(descriptor), rawTopic(descriptor)];
  const topic = physicalName(shop, deliveries.name);
  const raw = physicalName(shop, rows.name);
  const serde = await openSerde<RawRow>(registry, `${raw}-value`, rows.schema);
  const written = await openSerde(registry, `${topic}-value`, deliveries.schema);
  await log.create([sourcesSpec(shop)]);
  const positions = await openPositions(log, registry, shop);
  const partitions = (await endsOf(log, raw)).length;
  const files = new Files(descriptor, partitions, (await lastValues(place, shop, deliveries)).values(), now);
  /** Files that hold the watermark. */
  const opened = new Set<OpenFile>();
  /** Files whose rows are all there, and where the topic ended when that was seen. */
  const whole = new Map<OpenFile, readonly number[]>();
  let busy: Promise<void> = Promise.resolve();
  let waiting = 0;

  const reached = (ends: readonly number[]): boolean =>
    ends.every((end, partition) => (files.next[partition] ?? 0) >= end);
  const tellSettled = (): void => {
    if (waiting === 0 && whole.size === 0) onSettled([...files.next]);
  };

  async function commit(file: OpenFile, complete: boolean): Promise<void> {
    const greatest = file.greatest === Number.NEGATIVE_INFINITY ? null : file.greatest;
    const outbox = await openOutbox(registry, rows, raw, partitions, `source.${descriptor.name}.${shortId(file.file)}`);
    const end = endOfData(descriptor, file.greatest);
    outbox.tick(complete ? end : BEGINNING, complete);
    const delivery = {
      ...{ file: file.file, dataset: descriptor.name, rows: file.rows, of: file.of, greatest, complete },
      resume: files.resume(complete ? file : undefined),
    };
    const record = { key: Buffer.from(file.file), value: written.encode(delivery) };
    // So that Ebb's own replay of the same file finds it there.
    const position = positions.append({
      ...{ source: file.file, dataset: descriptor.name, name: file.file, rows: file.rows, watermark: end, done: true },
      ...{ position: JSON.stringify({ at: null, skip: 0, greatest }), updatedAt: now() },
    });
    const appends = [...outbox.drain(), { topic, partition: 0, records: [record] }, ...(complete ? [position] : [])];
    await owned.commit({ appends, positions: {} });
  }

  async function openBegun(): Promise<void> {
    for (const file of files.open) {
      if (opened.has(file)) continue;
      opened.add(file);
      await commit(file, false);
    }
  }

  /** Opens what has begun, then closes what is whole. */
  async function settle(): Promise<void> {
    await openBegun();
    for (const file of files.open)
      if (file.rows === file.of && !whole.has(file)) whole.set(file, await endsOf(log, raw));
    for (const [file, ends] of whole) {
      // Files that have begun before must have been opened: their rows would be late behind this one's end.
      if (!reached(ends)) continue;
      // Some have begun while others were committed.
      await openBegun();
      await commit(file, true);
      files.close(file);
      opened.delete(file);
      whole.delete(file);
    }
  }

  tellSettled();
  return {
    files,
    async take({ partition, records, next }) {
      const own = records.filter((record) => !isTick(record) && record.value !== null);
      await serde.prepare(own.map(({ value }) => value));
      for (const { value } of own) {
        const row = value === null ? undefined : rowOf(serde, value);
        if (row !== undefined) files.take(row);
      }
      files.next[partition] = next;
      waiting++;
      busy = busy.then(settle).finally(() => waiting--);
      await busy;
      tellSettled();
    },
  };
}

/** What does not decode becomes a dead letter elsewhere, and is no row. */
function rowOf(serde: { decode(bytes: Buffer): RawRow }, value: Buffer): RawRow | undefined {
  try {
    return serde.decode(value);
  } catch (error) {
    if (error instanceof AvroError) return undefined;
    throw error;
  }
}
