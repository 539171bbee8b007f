/** Offsets of a time zone, remembered by the hour, because asking Temporal for every row would be a hundred times slower. */

const HOUR = 3_600_000;
const REMEMBERED = 200_000;

export interface Zone {
  readonly name: string;
  /** Offset from UTC in ms of a local time, given as if it were UTC. A gap or an overlap at a clock change is resolved as Temporal's `compatible`: the later time after a gap, the earlier of two. */
  offsetAtLocal(local: number): number;
  /** Offset from UTC in ms at an instant, UTC epoch milliseconds. */
  offsetAt(instant: number): number;
}

const utc: Zone = { name: 'UTC', offsetAtLocal: () => 0, offsetAt: () => 0 };

/** @throws RangeError when the IANA name is unknown */
export function zoneOf(name: string): Zone {
  if (name === 'UTC' || name === 'Etc/UTC' || name === 'Z') return utc;
  const atLocal = (local: number) => offsetOfLocal(local, name);
  const at = (instant: number) => offsetOf(instant, name);
  at(0);
  return { name, offsetAtLocal: remember(atLocal), offsetAt: remember(at) };
}

function offsetOf(instant: number, zone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

function offsetOfLocal(local: number, zone: string): number {
  const plain = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime();
  return local - plain.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** Remembers the offset of hours in which it does not change; the others are asked for every time. */
function remember(ask: (time: number) => number): (time: number) => number {
  const known = new Map<number, number | undefined>();
  return (time) => {
    const hour = Math.floor(time / HOUR);
    let offset = known.get(hour);
    if (offset === undefined) {
      if (known.has(hour)) return ask(time);
      if (known.size >= REMEMBERED) known.clear();
      const start = ask(hour * HOUR);
      offset = start === ask(hour * HOUR + HOUR - 1) && start === ask(hour * HOUR + HOUR / 2) ? start : undefined;
      known.set(hour, offset);
      if (offset === undefined) return ask(time);
    }
    return offset;
  };
}
