import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kafka, startKafka } from '../../scripts/stack/kafka.ts';
import { startRegistry } from '../../scripts/stack/registry.ts';
import { startEbb } from './ebb.testing.ts';
import { keepAlive } from './kept-alive.testing.ts';

export const disturbances = [
  'worker killed',
  'worker frozen',
  'source killed',
  'broker killed',
  'broker restarted',
  'broker frozen',
] as const;
export type Disturbance = (typeof disturbances)[number];

export interface ChaosOptions {
  /** Of the brokers, the registry and the results. */
  readonly folder: string;
  readonly file: string;
  /** Name or descriptor's file. */
  readonly dataset: string;
  readonly shop: string;
  readonly partitions: number;
  /** Of the source: `max` or a factor of event time. */
  readonly speed: string;
  readonly workers: number;
  readonly counts: Readonly<Record<Disturbance, number>>;
  /** ms between disturbances, on average. */
  readonly pause: number;
  /** ms that a frozen worker, or broker, is. */
  readonly freeze: number;
  /** 0..1 */
  random(): number;
  onDisturbance?(what: Disturbance, victim: string, number: number): void;
}

export interface ChaosRun {
  /** What was done: less than asked for when a victim had ended. */
  readonly counts: Readonly<Record<Disturbance, number>>;
  /** The data directory with the tables and files. */
  readonly data: string;
  /** What the run that finished the work said, as JSON. */
  readonly summary: string;
  readonly seconds: number;
  /** Commits that brokers refused because another owned the partition. */
  readonly fenced: number;
}

/** Shorter than the defaults, so that a kill is got over in seconds. */
const settings = { EBB_SESSION_TIMEOUT: '6000', EBB_TRANSACTION_TIMEOUT: '10000', EBB_LOG_LEVEL: 'info' };
/** Leaders go home within seconds of a broker's return: they move twice with every restart. */
const movingLeaders = { 'leader.imbalance.check.interval.seconds': '5', 'leader.imbalance.per.broker.percentage': '0' };
/** ms that finishing the work may take, once it is left alone. */
const LONGEST_END = 240_000;
const LONGEST = 3_600_000;

/**
 * Replays a file into three brokers and works on it in several processes, while processes and brokers are killed, stopped
 * and frozen; then lets the work be finished.
 * @throws Error when a process ends by itself, or the work is not finished in time
 */
export async function chaos(options: ChaosOptions): Promise<ChaosRun> {
  const { folder, shop, workers: count } = options;
  const began = performance.now();
  const servers = join(folder, 'servers');
  await using kafka = await startKafka({ dir: servers, brokers: 3, settings: movingLeaders });
  await using registry = await startRegistry({ dir: servers });
  const data = join(folder, 'chaos');
  const environment = {
    ...settings,
    EBB_BROKERS: kafka.bootstrap.join(),
    EBB_REGISTRY: registry.url,
    EBB_PARTITIONS: String(options.partitions),
    EBB_DATA: data,
    EBB_SHOP: shop,
  };
  const replay = ['replay', options.file, '--dataset', options.dataset, '--speed', options.speed];
  using source = keepAlive({ args: replay, settings: environment, ends: true, longest: LONGEST });
  await untilThere(shop, environment);
  const worker = () => keepAlive({ args: ['run'], settings: environment, ends: false, longest: LONGEST });
  using processes = new DisposableStack();
  const workers = Array.from({ length: count }, () => processes.use(worker()));
  const failed = Promise.race([source, ...workers].map(({ done }) => done.then(() => new Promise<never>(() => {}))));
  failed.catch(() => undefined);

  const stop = new AbortController();
  const disturbing = disturb(options, kafka, source, workers, stop.signal);
  let counts: Awaited<typeof disturbing>;
  try {
    counts = await Promise.race([disturbing, failed]);
  } finally {
    stop.abort();
    // A broker that is being started would outlive the cluster's end.
    await Promise.allSettled([disturbing]);
  }
  await Promise.race([inTime('the source', source.done, [source]), failed]);
  const stopped = await inTime('the workers', Promise.all(workers.map((one) => one.stop())), workers);
  if (stopped.some(({ code }) => code !== 0)) throw new Error('a worker did not stop as it was asked to');
  const finish = startEbb(['run', '--until-caught-up', '--json'], '', environment, LONGEST_END);
  const { code, stdout, stderr } = await finish.ended;
  if (code !== 0) throw new Error(`the work was not finished (${code}):\n${stderr.slice(-8_000)}`);
  const fenced = workers
    .flatMap(({ said }) => said)
    .reduce((sum, text) => sum + text.split('"event":"fenced"').length - 1, 0);
  return { counts, data, summary: stdout, fenced, seconds: (performance.now() - began) / 1000 };
}

type Victim = ReturnType<typeof keepAlive>;

/** Does everything that is to be done, in a random order and at random instants. */
async function disturb(
  options: ChaosOptions,
  kafka: Kafka,
  source: Victim,
  workers: readonly Victim[],
  signal: AbortSignal,
): Promise<Record<Disturbance, number>> {
  const { random, pause, freeze } = options;
  const done = Object.fromEntries(disturbances.map((what) => [what, 0])) as Record<Disturbance, number>;
  const pick = (length: number): number => Math.floor(random() * length);
  const noted = (what: Disturbance, victim: string): void => {
    done[what]++;
    options.onDisturbance?.(what, victim, done[what]);
  };
  const under = new Set<Promise<void>>();
  /** Brokers one after the other: of three, one may be away. */
  let brokers: Promise<void> = Promise.resolve();
  const beside = (work: Promise<void>): void => {
    const tracked = work.finally(() => under.delete(tracked));
    under.add(tracked);
    // Seen when all is awaited; before that, another failure may have ended the servers under it.
    tracked.catch(() => undefined);
  };
  const away = (what: Disturbance, go: (id: number) => Promise<void>): void => {
    const id = 1 + pick(3);
    brokers = brokers.then(async () => {
      noted(what, `broker ${id}`);
      await go(id);
    });
    beside(brokers);
  };
  const act: Record<Disturbance, () => void> = {
    'worker killed'() {
      const first = pick(workers.length);
      // One that is frozen cannot be killed: its neighbour is.
      const found = workers.findIndex((_, index) => workers[(first + index) % workers.length]?.kill());
      if (found >= 0) noted('worker killed', `worker ${(first + found) % workers.length}`);
    },
    'worker frozen'() {
      const index = pick(workers.length);
      const freezing = async (): Promise<void> => {
        if (await workers[index]?.freeze(freeze)) noted('worker frozen', `worker ${index}`);
      };
      beside(freezing());
    },
    'source killed'() {
      if (source.kill()) noted('source killed', 'source');
    },
    'broker killed': () =>
      away('broker killed', async (id) => {
        await kafka.broker(id).kill();
        await sleep(random() * 8_000);
        await kafka.broker(id).start();
      }),
    'broker restarted': () =>
      away('broker restarted', async (id) => {
        await kafka.broker(id).stop();
        await kafka.broker(id).start();
      }),
    'broker frozen': () =>
      away('broker frozen', async (id) => {
        kafka.broker(id).pause();
        await sleep(freeze);
        kafka.broker(id).resume();
      }),
  };
  for (const what of shuffled(options.counts, random)) {
    await sleep(pause * (0.5 + random()), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    act[what]();
  }
  await Promise.all(under);
  return done;
}

function shuffled(counts: Readonly<Record<Disturbance, number>>, random: () => number): readonly Disturbance[] {
  return disturbances
    .flatMap((what) => Array.from({ length: counts[what] }, () => ({ what, at: random() })))
    .sort((a, b) => a.at - b.at)
    .map(({ what }) => what);
}

/** Until the source has made its topic, which decides what topologies there are to run. */
async function untilThere(shop: string, environment: Readonly<Record<string, string>>): Promise<void> {
  for (const until = performance.now() + 60_000; performance.now() < until; await sleep(200)) {
    const { stdout } = await startEbb(['topics', '--json'], '', environment).ended;
    if (stdout.includes(`${shop}.raw.`)) return;
  }
  throw new Error('the source made no topic within a minute');
}

async function inTime<T>(what: string, work: Promise<T>, whose: readonly Victim[]): Promise<T> {
  const late = sleep(LONGEST_END, undefined, { ref: false }).then((): never => {
    const said = whose.map((one) => one.saying().slice(-8_000)).join('\n');
    throw new Error(`${what} did not end within ${LONGEST_END / 1000} s:\n${said}`);
  });
  return Promise.race([work, late]);
}
