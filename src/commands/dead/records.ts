import { type DeadLetter, deadLetterSchema, type Resent, resentSchema } from '../../../schemas/generated.ts';
import { physicalName } from '../../engine/topic.ts';
import { all, allOf, type OnLog, type Placed, reader } from '../../trace/reading.ts';
import { topicsOfShop } from '../shops.ts';
import { readVersions } from '../versions.ts';
import type { Workplace } from '../workplace.ts';

/** A record that somebody refused. */
export interface DeadRecord {
  /** `<topic within the shop>/<partition>/<offset>`. */
  readonly id: string;
  readonly place: Place;
  /** Each who refused it, and why. */
  readonly letters: readonly Pick<DeadLetter, 'topology' | 'code' | 'message'>[];
  /** UTC ms when it was corrected and sent again; null: it was not. */
  readonly resentAt: number | null;
}

/** Where a record stands. `topic` is its name on the log. */
export type Place = Omit<Placed<unknown>, 'value'>;

export class UnknownDeadError extends Error {
  override readonly name = 'UnknownDeadError';
}

/** Where it is kept which dead records were sent again: in the shop's own truth, as their corrections are. */
export function resentTopic(shop: string): string {
  return physicalName(shop, 'resent');
}

/** @throws UnknownShopError */
export async function onLog({ log, registry }: Workplace, shop: string): Promise<OnLog> {
  await topicsOfShop(log, shop);
  const { topics: versions } = await readVersions(log, registry, shop);
  return { log, registry, shop, versions, there: new Map((await log.topics()).map((info) => [info.name, info])) };
}

/** All dead records of a shop, in the order of their topics and offsets. @throws LogError, AvroError */
export async function deadRecords(on: OnLog): Promise<readonly DeadRecord[]> {
  const { shop } = on;
  const letters = await allOf<DeadLetter>(on, '.dead', deadLetterSchema);
  const sent = new Map(
    (await all<Resent>(on, resentTopic(shop), resentSchema)).map(({ value }) => [idOf(shop, value), value.at]),
  );
  const byRecord = Map.groupBy(letters, ({ value }) => idOf(shop, value));
  return Array.from(byRecord, ([id, [first, ...others]]) => {
    const { topic, partition, offset } = (first as Placed<DeadLetter>).value;
    return {
      id,
      place: { topic, partition, offset },
      letters: [first as Placed<DeadLetter>, ...others].map(({ value: { topology, code, message } }) => ({
        ...{ topology, code, message },
      })),
      resentAt: sent.get(id) ?? null,
    };
  }).sort(({ place: a }, { place: b }) =>
    a.topic === b.topic ? a.partition - b.partition || a.offset - b.offset : a.topic < b.topic ? -1 : 1,
  );
}

/** @throws UnknownDeadError with the ids there are */
export async function deadRecord(on: OnLog, id: string): Promise<DeadRecord> {
  const records = await deadRecords(on);
  const found = records.find((one) => one.id === id);
  if (found !== undefined) return found;
  const some = records.slice(0, 3).map((one) => one.id);
  const known = some.length === 0 ? 'it has none' : `they are such as ${some.join(', ')}`;
  throw new UnknownDeadError(
    `shop ${on.shop} has no dead record ${id}: ${known}. \`ebb dead --shop ${on.shop}\` lists them`,
  );
}

/** The record itself, as it stands; its bytes and key are `null` where it has none, or is gone. */
export async function recordAt({ log }: OnLog, { topic, partition, offset }: Place) {
  for await (const { records } of log.read({ topic, partition, from: { offset }, to: 'end' })) {
    const [record] = records;
    if (record === undefined) continue;
    return record.offset === offset ? record : undefined;
  }
  return undefined;
}

/** Its value as it was written; `undefined`: it cannot be read at all. */
export async function valueAt(on: OnLog, place: Place): Promise<unknown> {
  const record = await recordAt(on, place);
  return record?.value == null ? undefined : reader<unknown>(on.registry, undefined)(record.value);
}

export function idOf(shop: string, { topic, partition, offset }: Place): string {
  return `${topic.slice(shop.length + 1)}/${partition}/${offset}`;
}
