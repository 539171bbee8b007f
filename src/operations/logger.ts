import { pino } from 'pino';
import { prettyLine } from './pretty-line.ts';
import { withoutLogins, withoutSecrets } from './secrets.ts';

/** Fields of one line, for machines. */
export type Fields = Readonly<Record<string, unknown>>;

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export type Log = (level: Level, message: string, fields?: Fields) => void;

export interface LoggerOptions {
  readonly format: 'json' | 'pretty';
  /** Lines below it are left out. */
  readonly level: Level | 'silent';
  /** On every line, such as the shop. */
  readonly base: Fields;
  /** Takes a line, without its end. */
  write(line: string): void;
}

/** Structured logs: a JSON object per line, or that line for people. Secrets are left out. */
export function openLogger({ format, level, base, write }: LoggerOptions): Log {
  const logger = pino(
    {
      level,
      base: { pid: process.pid, ...base },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutSecrets(fields) as Record<string, unknown>,
      },
      // Names of fields are one half: a login may stand in any address, also in an error's message.
      hooks: { streamWrite: withoutLogins },
    },
    { write: (line) => write(format === 'json' ? line.trimEnd() : prettyLine(line)) },
  );
  return (at, message, fields = {}) => logger[at](fields, message);
}
