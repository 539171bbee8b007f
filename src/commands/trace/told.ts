import type { Placed } from '../../trace/reading.ts';
import { plain } from '../plain.ts';

/** Where a record stands, within its shop: `events 0/12`. */
export function placeText({ topic, partition, offset }: Omit<Placed<unknown>, 'value'>): string {
  return `${topic.slice(topic.indexOf('.') + 1)} ${partition}/${offset}`;
}

/** What a value says, field by field, times as ISO 8601. @param only these fields, of a value with many */
export function fieldTexts(
  value: object,
  only?: readonly string[],
): readonly (readonly [name: string, text: string])[] {
  return Object.entries(value)
    .filter(([name, one]) => one !== null && (only === undefined || only.includes(name)))
    .map(([name, one]) => [name, shown(name, one)]);
}

const times = /^(time|timestamp|_time|asOf|day|windowStart|windowEnd|session(Start|End)|(first|last)(Seen|Purchase))$/;

function shown(name: string, value: unknown): string {
  if (typeof value === 'number' && times.test(name)) return new Date(value).toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value, plain);
}
