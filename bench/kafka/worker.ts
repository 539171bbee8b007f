/** One process of a workload, until it has caught up or is told to stop: `worker.ts w1|w2 leave|stay COMMIT_MS`. Prints what it took as JSON. */
import { openConfluentRegistry } from '../../src/avro/confluent-registry.ts';
import { untilCaughtUp } from '../../src/commands/caught-up.ts';
import { runTopologies } from '../../src/engine/runner.ts';
import { openKafkaLog } from '../../src/log/kafka.ts';
import { shop, workloads } from './workloads.ts';

const [, , name, mode, interval] = process.argv;
if (name !== 'w1' && name !== 'w2') throw new Error(`no workload ${name}`);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

await using registry = await openConfluentRegistry({ url: process.env.EBB_REGISTRY ?? '' });
await using log = openKafkaLog({ brokers: (process.env.EBB_BROKERS ?? '').split(','), clientId: `bench-${name}` });
const commits: number[] = [];
const running = await runTopologies({
  log,
  registry,
  shop,
  topologies: workloads[name],
  partitions: 4,
  signal: stop.signal,
  // By the clock alone, as the peers do, and no slower while catching up.
  commit: { interval: Number(interval), catchingUp: Number(interval), records: 1_000_000, bytes: 64 << 20 },
  now: () => performance.now(),
  onEvent: (event) => {
    if (event.kind === 'committed') commits.push(event.took);
  },
});
if (mode === 'leave') {
  const readers = running.plans.map(({ group, inputs }) => ({
    group,
    topics: [...inputs.values()].map(({ physical }) => physical),
  }));
  await untilCaughtUp(log, { readers, taken: () => 0, toTake: 0, since: 0 }, stop.signal);
  stop.abort();
}
await running.done;
const { user, system } = process.cpuUsage();
commits.sort((a, b) => a - b);
const quantile = (share: number): number => commits[Math.floor((commits.length - 1) * share)] ?? 0;
console.log(
  JSON.stringify({
    seconds: performance.now() / 1000,
    cpu: (user + system) / 1e6,
    rss: process.resourceUsage().maxRSS * 1024,
    commits: { count: commits.length, p50: quantile(0.5), p99: quantile(0.99) },
  }),
);
