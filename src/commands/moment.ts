import { physicalName } from '../engine/topic.ts';

export class BadMomentError extends Error {
  override readonly name = 'BadMomentError';
}

/** Where a topology is to be put back to. Offsets: by partition number, then topic on the log. */
export type Moment =
  | { readonly kind: 'start' }
  | { readonly kind: 'time'; readonly time: number }
  | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<number, Readonly<Record<string, number>>> };

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** `start`, `2025-03-08`, `2025-03-08T12:00Z`, or `events/0=120,events/1=98`. @throws BadMomentError */
export function parseMoment(text: string, shop: string): Moment {
  if (text === 'start') return { kind: 'start' };
  if (text.includes('=')) return { kind: 'offsets', offsets: parseOffsets(text, shop) };
  const time = day.test(text) || instant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new BadMomentError(
      `--to ${text}: a moment is start, a time in full with its zone (2025-03-08T12:00Z, or a day of UTC: 2025-03-08), or offsets such as events/0=120,events/1=98`,
    );
  return { kind: 'time', time };
}

/** @throws BadMomentError */
export function parseOffsets(text: string, shop: string): ReadonlyMap<number, Readonly<Record<string, number>>> {
  const offsets = new Map<number, Record<string, number>>();
  for (const part of text.split(',')) {
    const [, topic, partition, offset] = /^\s*(\S+)\/(\d+)=(\d+)\s*$/.exec(part) ?? [];
    if (topic === undefined || partition === undefined || offset === undefined)
      throw new BadMomentError(
        `--to ${part.trim()}: an offset is given as topic/partition=offset, such as events/0=120`,
      );
    const of = offsets.get(Number(partition)) ?? {};
    of[topic.startsWith(`${shop}.`) ? topic : physicalName(shop, topic)] = Number(offset);
    offsets.set(Number(partition), of);
  }
  return offsets;
}

/** The same as `--to` takes it, topics within the shop. */
export function offsetsText(shop: string, offsets: ReadonlyMap<number, Readonly<Record<string, number>>>): string {
  return [...offsets]
    .sort(([a], [b]) => a - b)
    .flatMap(([partition, of]) =>
      Object.entries(of).map(([topic, offset]) => `${topic.slice(shop.length + 1)}/${partition}=${offset}`),
    )
    .join(',');
}
