import type { Outcome } from '../../trace/outcome.ts';
import type { Placed } from '../../trace/reading.ts';
import type { Trace } from '../../trace/trace.ts';
import { bold, cyan, dim, green, moment, red, table, yellow } from '../terminal.ts';
import { fieldTexts, placeText } from './told.ts';

const out = process.stdout;

const colours: Readonly<Record<Outcome, (text: string, stream: NodeJS.WritableStream) => string>> = {
  computed: green,
  waiting: cyan,
  late: yellow,
  dead: red,
  unknown: red,
};

/** What a person reads: where the event came in, what it is in, and what became of it. */
export function traceText(trace: Trace): string {
  const { eventId, outcome, why, raw, events, windows, profile, session, score, dead, late, rows, files } = trace;
  const parts = [
    `${bold(eventId, out)}  ${colours[outcome](outcome, out)}: ${why}`,
    ...raw.map((one) => section('came in as', one)),
    ...events.map((one) => section('event', one)),
    ...dead.map((one) => section('dead letter', one, ['topology', 'code', 'message'])),
    ...late.map((one) => section('late', one, ['topology', 'store', 'key', 'windowStart', 'windowEnd', 'reason'])),
    windows.length === 0
      ? ''
      : `${dim('counts in', out)}\n${table(
          ['hour', 'of', 'transactions', 'revenue', 'complete', 'partial', 'metric'],
          windows.map(({ key, start, partial, metric }) => [
            moment(start),
            key,
            metric === null ? '–' : metric.value.transactions,
            metric === null ? '–' : metric.value.revenue,
            metric === null ? '–' : metric.value.complete ? 'yes' : 'no',
            placeOf(partial),
            placeOf(metric),
          ]),
        )}`,
    ...(profile === null ? [] : [section('profile', profile)]),
    ...(session === null ? [] : [section('session', session)]),
    ...(score === null
      ? []
      : [section('score', score, ['customerId', 'probability', 'band', 'model', 'version', 'asOf'])]),
    rows.length === 0
      ? ''
      : `${dim('rows', out)}\n${[...Map.groupBy(rows, ({ table: name }) => name)].map(([name, all]) => `  ${name}  ${all.length}`).join('\n')}`,
    files.length === 0 ? '' : `${dim('files', out)}\n${files.map(({ sink, path }) => `  ${sink}  ${path}`).join('\n')}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function placeOf(placed: Placed<unknown> | null): string {
  return placed === null ? '–' : placeText(placed);
}

/** @param only these fields, of a value with many */
function section(title: string, placed: Placed<object>, only?: readonly string[]): string {
  const rows = fieldTexts(placed.value, only).map(([name, text]) => [`  ${name}`, text]);
  return `${dim(title, out)}  ${placeText(placed)}\n${table(['', ''], rows)}`;
}
