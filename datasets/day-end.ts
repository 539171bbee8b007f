import { DAY } from './civil.ts';
import { zoneOf } from './zone.ts';

/**
 * When a local day has ended, UTC epoch ms, by its number from 1970-01-01: in the last of the zones, where a shop's data
 * are dated in several. A day begins at its first instant, also where the clocks skip midnight.
 * @throws RangeError when a zone's IANA name is unknown
 */
export function dayEnds(zones: Iterable<string>): (day: number) => number {
  const places = [...new Set(zones)].map(zoneOf);
  return (day) => {
    const local = (day + 1) * DAY;
    let end = Number.NEGATIVE_INFINITY;
    for (const { offsetAtLocal } of places) end = Math.max(end, local - offsetAtLocal(local));
    return end;
  };
}
