/** What became of an event, in a word and in a sentence. Pure. */
import { placeOf } from './reading.ts';
import type { Found } from './trace.ts';

export type Outcome =
  /** It is in everything that is computed of events. */
  | 'computed'
  /** It has come in, and whoever reads it has not come to it yet. */
  | 'waiting'
  /** It could not be read, or broke a rule. */
  | 'dead'
  /** It came when a window that it belongs to had closed. */
  | 'late'
  /** No record of it is there. */
  | 'unknown';

interface Told {
  readonly outcome: Outcome;
  readonly why: string;
}

/** @param waiting whether somebody who reads it has not come to it yet */
export function outcomeOf({ shop, eventId, raw, events, dead, late }: Found, waiting: boolean): Told {
  const next = `\`ebb run --shop ${shop}\` goes on`;
  const repeats = raw.length - events.length;
  const refused = new Set(dead.map(({ value }) => placeOf(value)));
  const corrected = raw.filter((one) => refused.has(placeOf(one))).length;
  const more = [
    ...(corrected > 0 && events.length > 0 ? ['it was corrected and sent again'] : []),
    ...(repeats > corrected && events.length > 0 ? [dropped(repeats - corrected)] : []),
  ];
  const said = more.map((one) => `; ${one}`).join('');
  const asEvents = new Set(events.map(placeOf));
  // A row that was corrected and sent again is dead, and an event; an event may be dead for a sink.
  const letter = events.length === 0 ? dead[0] : dead.find(({ value }) => asEvents.has(placeOf(value)));
  if (letter !== undefined) {
    const { topology, code, message } = letter.value;
    return { outcome: 'dead', why: `${topology} refused it: ${code}: ${message}` };
  }
  const [tooLate] = late;
  if (tooLate !== undefined) {
    const stores = late.map(({ value }) => `${value.topology} (${value.key})`).join(', ');
    return { outcome: 'late', why: `it came too late for ${stores}: ${tooLate.value.reason}${said}` };
  }
  if (waiting) {
    const where = events.length === 0 ? 'it has come in, and is no event yet' : 'it is an event, and not yet in all';
    return { outcome: 'waiting', why: `${where}: ${next}${said}` };
  }
  if (events.length > 0) return { outcome: 'computed', why: `it is in all that is computed of events${said}` };
  if (raw.length > 0)
    return { outcome: 'unknown', why: `it has come in, and its event is not on the log any more: ${next}` };
  return {
    outcome: 'unknown',
    why: `shop ${shop} has no event ${eventId}, and nothing has come in under that id: \`ebb tail events --from start --limit 3 --shop ${shop}\` shows what ids look like`,
  };
}

function dropped(repeats: number): string {
  return repeats === 1 ? 'one repeat of it was dropped' : `${repeats} repeats of it were dropped`;
}
