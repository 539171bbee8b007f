import { styleText } from 'node:util';
import { z } from 'zod';

const lineSchema = z.looseObject({ time: z.string(), level: z.string(), msg: z.string() });

/** What every line has, and what the message says already. */
const left = new Set(['time', 'level', 'msg', 'pid', 'shop', 'event', 'topology', 'partition', 'sink', 'reason']);

const colours = { warn: 'yellow', error: 'red', fatal: 'red' } as const;

/** A line of JSON as people read it: `12:01:02 warn  message  key=value`. */
export function prettyLine(json: string): string {
  const { time, level, msg, ...fields } = lineSchema.parse(JSON.parse(json));
  const rest = Object.entries(fields)
    // Lists and objects are for machines: they would fill the screen.
    .filter(([name, value]) => !left.has(name) && typeof value !== 'object')
    .map(([name, value]) => `${name}=${String(value)}`);
  const name =
    level === 'warn' || level === 'error' || level === 'fatal'
      ? styleText(colours[level], level, { stream: process.stderr })
      : level;
  const padding = ' '.repeat(Math.max(0, 5 - level.length));
  return [time.slice(11, 19), `${name}${padding}`, msg, ...(rest.length === 0 ? [] : ['', ...rest])].join(' ');
}
