import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { LogError } from '../log/log.ts';
import type { PipelineEvent, SinkRetrying } from '../operations/events.ts';
import type { SinkStatus } from '../operations/status.ts';
import { sinkTroubles } from './sink-troubles.ts';
import { watchSink } from './sink-watch.ts';
import type { Routes } from './sinks.ts';
import { runSinks } from './sinks.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** What the thread is started with. */
export interface SinkWork {
  readonly config: Config;
  readonly shop: string;
  readonly routes: Routes;
}

/** What it is told: write what is in hand, as the topologies are done; finish the commits in hand and leave. */
export type SinkOrder = 'hurry' | 'stop';

/** What it says. */
export type SinkMessage =
  | {
      readonly kind: 'status';
      readonly sinks: readonly SinkStatus[];
      /** What has been taken over so far, however often. */
      readonly taken: ReadonlySet<string>;
    }
  | { readonly kind: 'event'; readonly event: PipelineEvent };

const REPORT_EVERY = 200;
/** ms between looks at where the log ends: while a store does not answer, nothing else tells how far it falls behind. */
const LOOK_EVERY = 5_000;

const { config, shop, routes }: SinkWork = workerData;
const [hurry, stop] = [new AbortController(), new AbortController()];
parentPort?.on('message', (order: SinkOrder) => (order === 'stop' ? stop : hurry).abort());

function say(message: SinkMessage): void {
  parentPort?.postMessage(message);
}

/** Set when there is a log to keep it on. */
let onTrouble: (event: SinkRetrying) => void = () => {};

function tell(event: PipelineEvent): void {
  say({ kind: 'event', event });
  if (event.kind === 'sink-retrying') onTrouble(event);
}

function fatal(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) };
  return { code: 'code' in error ? String(error.code) : error.name, message: error.message };
}

const watches = new Map([...routes.keys()].map((name) => [name, watchSink(name, tell)]));

let said = '';
function report(): void {
  const sinks = [...watches.values()].map((watch) => watch.status());
  const taken = new Set([...watches.values()].flatMap((watch) => [...watch.taken]));
  const text = JSON.stringify([sinks, taken.size]);
  if (text !== said) say({ kind: 'status', sinks, taken });
  said = text;
}

let looking = false;
async function look({ log }: Workplace): Promise<void> {
  // One at a time, as a log that is away does not answer for long.
  if (looking) return;
  looking = true;
  try {
    const ends = new Map(
      (await log.topics()).map(({ name, offsets }) => [name.slice(shop.length + 1), offsets.map(({ end }) => end)]),
    );
    for (const watch of watches.values()) watch.look(ends);
  } catch (error) {
    // The sinks say so themselves when it lasts; until then the ends are those of the last look.
    if (!(error instanceof LogError)) throw error;
  } finally {
    looking = false;
  }
}

const timers: NodeJS.Timeout[] = [];
try {
  await using place = await openWorkplace(config);
  timers.push(setInterval(report, REPORT_EVERY));
  timers.push(setInterval(() => void look(place), LOOK_EVERY));
  const keep = sinkTroubles(place.log, place.registry, shop, Date.now);
  onTrouble = ({ sink, topic, partition, code, reason }) =>
    void keep({ sink, topic, partition, code, message: reason, fatal: false });
  await runSinks(place, {
    ...{ shop, routes, hurry: hurry.signal, signal: stop.signal, watches },
    onFailed: (sink, error) => keep({ ...fatal(error), sink, topic: null, partition: null, fatal: true }),
  });
} finally {
  for (const timer of timers) clearInterval(timer);
  report();
  parentPort?.close();
}
