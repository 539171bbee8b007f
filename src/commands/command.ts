import { type Command, InvalidArgumentError } from 'commander';
import { type Config, loadConfig } from '../config.ts';

/** Adds what every command takes. */
export function withCommon(command: Command, about: { readonly shop: string }): Command {
  return command
    .option('--data <dir>', 'directory of the log, tables and files (default .ebb)')
    .option('--brokers <list>', 'Kafka brokers, host:port,…: the log is there instead of in a file')
    .option('--registry <url>', "address of the schema registry's API, with --brokers")
    .option('--shop <name>', `shop, the namespace of its topics and rows (default ${about.shop})`);
}

/** The configuration that a command runs with: its flags before everything else. */
export function configOf(flags: Readonly<Record<string, unknown>>): Config {
  return loadConfig(flags, process.env);
}

/** Aborts on the first SIGINT or SIGTERM: the commit in hand is finished. A second one ends the process at once. */
export function untilSignalled(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Timers hold no more than 2^31 ms, and end at once beyond. */
const LONGEST_DAYS = 24;

/** `30s`, `5m`, `2h`, `1d` in ms, 24 days at most. @throws InvalidArgumentError */
export function duration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const unit = found?.[2];
  if (found === null || !(unit === 'ms' || unit === 's' || unit === 'm' || unit === 'h' || unit === 'd')) {
    throw new InvalidArgumentError('a duration is a number and ms, s, m, h or d, such as 30s.');
  }
  const time = Number(found[1]) * units[unit];
  if (time > LONGEST_DAYS * units.d) throw new InvalidArgumentError(`a duration is ${LONGEST_DAYS} days at most.`);
  return time;
}

/** `max`, or a factor such as `3600x`. @throws InvalidArgumentError */
export function speed(text: string): 'max' | number {
  if (text === 'max') return 'max';
  const factor = Number(text.replace(/x$/, ''));
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new InvalidArgumentError('a speed is max, or a factor of real time such as 3600x.');
  return factor;
}

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('a whole number is needed.');
  return value;
}

/** 1 to 64. @throws InvalidArgumentError */
export function workerCount(text: string): number {
  const value = wholeNumber(text);
  if (value < 1 || value > 64) throw new InvalidArgumentError('1 to 64 workers can share the work.');
  return value;
}

/** `2024-01-01` as UTC ms. @throws InvalidArgumentError */
export function dayOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('a day is needed, such as 2024-01-01.');
  return time;
}
