import type { RecordStory } from '../../dashboard/shown.ts';
import type { Placed } from '../../trace/reading.ts';
import type { Trace } from '../../trace/trace.ts';
import { fieldTexts, placeText } from '../trace/told.ts';

/** A trace as the page tells it. */
export function recordStory(trace: Trace): RecordStory {
  const { eventId, outcome, why, raw, events, windows, profile, session, score, dead, late, rows, files } = trace;
  const ofWindows = windows.flatMap(({ partial, metric }) => [metric ?? partial].filter((one) => one !== null));
  return {
    ...{ eventId, outcome, why },
    steps: [
      ...raw.map((one) => step('came in as', one)),
      ...events.map((one) => step('event', one)),
      ...dead.map((one) => step('dead letter', one, ['topology', 'code', 'message'])),
      ...late.map((one) => step('late', one, ['topology', 'store', 'windowStart', 'windowEnd', 'reason'])),
      ...ofWindows.map((one) => step('counts in', one)),
      ...[profile].filter((one) => one !== null).map((one) => step('profile', one)),
      ...[session].filter((one) => one !== null).map((one) => step('session', one)),
      ...[score]
        .filter((one) => one !== null)
        .map((one) => step('score', one, ['probability', 'band', 'asOf', 'version'])),
      ...rows.map(({ table }) => ({ what: 'row', where: table, fields: {} })),
      ...files.map(({ sink, path }) => ({ what: `file of ${sink}`, where: path, fields: {} })),
    ],
  };
}

/** @param only these fields, of a value with many */
function step(what: string, placed: Placed<object>, only?: readonly string[]) {
  return { what, where: placeText(placed), fields: Object.fromEntries(fieldTexts(placed.value, only)) };
}
