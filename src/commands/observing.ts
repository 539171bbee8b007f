import type { Command } from 'commander';
import type { MetricObject } from 'prom-client';
import type { Config } from '../config.ts';
import type { OnPipelineEvent } from '../operations/events.ts';
import { logEvents, logRefused, logWaiting } from '../operations/log-lines.ts';
import { type Log, openLogger } from '../operations/logger.ts';
import { type PipelineMetrics, pipelineMetrics } from '../operations/metrics.ts';
import { type MetricsServer, serveMetrics } from '../operations/metrics-server.ts';
import { processesText, processMetrics } from '../operations/process-metrics.ts';
import { readinessOf } from '../operations/readiness.ts';
import type { PipelineStatus } from '../operations/status.ts';
import type { Live } from './terminal.ts';
import { version } from './version.ts';

/** Adds what a command that runs for long takes. */
export function withObserving(command: Command): Command {
  return command
    .option('--metrics <[host:]port>', 'serve Prometheus /metrics, /healthz and /readyz there; host 127.0.0.1')
    .option('--log-format <format>', 'json or pretty (default: pretty on a terminal, else json)')
    .option(
      '--log-level <level>',
      'trace, debug, info, warn, error or silent (default: warn on a terminal, else info)',
    );
}

/** What is looked at. */
export interface Watched {
  status(): PipelineStatus;
  /** Of processes that work for this one. */
  processes?(): readonly (readonly MetricObject[])[];
  /** What else must be there before all is ready. */
  waiting?(): readonly string[];
}

export interface Observer {
  readonly log: Log;
  /** Logs and measures. */
  readonly onEvent: OnPipelineEvent;
  /** Only measures: what another process has logged. */
  readonly onLogged: OnPipelineEvent;
  watch(watched: Watched): void;
}

export interface ObservingOptions {
  readonly config: Config;
  readonly shop: string;
  /** `run`, `up`. */
  readonly command: string;
  /** Takes log lines for people. */
  readonly live: Live;
  /** Labels of this process's own metrics. */
  readonly labels?: Readonly<Record<string, string>>;
  /** This is the worker of that number: it logs, and another process serves metrics. */
  readonly worker?: number;
}

/** ms between looks for late records and dead letters. */
const LOOK_EVERY = 2_000;

/** Does `work` under logs and, where the configuration wants them, metrics; says how it ended. @throws MetricsAddressError, and what `work` throws */
export async function observing<T>(options: ObservingOptions, work: (observer: Observer) => Promise<T>): Promise<T> {
  const { config, shop, command, worker } = options;
  const started = performance.now();
  const log = loggerOf(options);
  let watched: Watched | undefined;
  const metrics = config.metrics === undefined || worker !== undefined ? undefined : pipelineMetrics(shop, { version });
  const refused = logRefused(log, shop);
  const waiting = logWaiting(log);
  const look = (): void => {
    if (watched === undefined) return;
    const status = watched.status();
    waiting(status);
    if (worker === undefined) refused(status, performance.now());
  };
  log('info', `ebb ${version} ${command}: shop ${shop}`, { event: 'start', version, node: process.version, config });
  const logged = logEvents(log, () => performance.now());
  const observer: Observer = {
    log,
    onEvent(event) {
      logged(event);
      metrics?.onEvent(event);
    },
    onLogged: (event) => metrics?.onEvent(event),
    watch(what) {
      watched = what;
    },
  };
  await using _server = metrics === undefined ? undefined : await serve(options, log, metrics, () => watched, started);
  const timer = setInterval(look, LOOK_EVERY);
  timer.unref();
  try {
    return await work(observer);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? { code: error.code } : {};
    const message = error instanceof Error ? error.message : String(error);
    // On a terminal the command itself says it.
    if (process.stderr.isTTY !== true) log('fatal', message, { event: 'failed', ...code });
    throw error;
  } finally {
    clearInterval(timer);
    look();
    if (watched !== undefined) logStopped(log, watched.status(), performance.now() - started);
  }
}

function loggerOf({ config, shop, live, worker }: ObservingOptions): Log {
  const people = process.stderr.isTTY === true;
  return openLogger({
    format: config.logFormat ?? (people ? 'pretty' : 'json'),
    level: config.logLevel ?? (people ? 'warn' : 'info'),
    base: { shop, ...(worker === undefined ? {} : { worker }) },
    write: (line) => live.above(line),
  });
}

async function serve(
  { config, labels = {} }: ObservingOptions,
  log: Log,
  metrics: PipelineMetrics,
  watched: () => Watched | undefined,
  started: number,
): Promise<MetricsServer> {
  const own = processMetrics(labels);
  const server = await serveMetrics(config.metrics ?? '', {
    async metrics() {
      const pipeline = await metrics.text(watched()?.status() ?? { topologies: [], sinks: [] });
      return `${pipeline}\n${await processesText([await own.values(), ...(watched()?.processes?.() ?? [])])}`;
    },
    readiness() {
      const what = watched();
      if (what === undefined) return { ready: false, waiting: ['starting'] };
      const { waiting } = readinessOf(what.status(), performance.now() - started);
      const all = [...(what.waiting?.() ?? []), ...waiting];
      return { ready: all.length === 0, waiting: all };
    },
  });
  log('info', `metrics on ${server.url}/metrics`, { event: 'metrics', url: server.url });
  return server;
}

function logStopped(log: Log, { topologies, sinks }: PipelineStatus, took: number): void {
  const commits = topologies.reduce((sum, one) => sum + one.commits, 0);
  log('info', `stopped after ${commits} commits; what they hold is safe, and the next start goes on from there`, {
    event: 'stopped',
    seconds: Math.round(took) / 1000,
    topologies: Object.fromEntries(
      topologies.map(({ topology, in: taken, out, late, dead, commits: own }) => [
        topology,
        { in: taken, out, late, dead, commits: own },
      ]),
    ),
    sinks: Object.fromEntries(sinks.map(({ name, written }) => [name, written])),
  });
}
