import type { RecordStory } from '../../dashboard/shown.ts';
import type { Placed } from '../../trace/reading.ts';
import type { Trace } from '../../trace/trace.ts';
import { plain } from '../plain.ts';

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
function step(what: string, { topic, partition, offset, value }: Placed<object>, only?: readonly string[]) {
  const fields = Object.entries(value)
    .filter(([name, one]) => one !== null && (only === undefined || only.includes(name)))
    .map(([name, one]) => [name, typeof one === 'string' ? one : JSON.stringify(one, plain)] as const);
  return {
    what,
    where: `${topic.slice(topic.indexOf('.') + 1)} ${partition}/${offset}`,
    fields: Object.fromEntries(fields),
  };
}
