import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Plan } from '../engine/plan.ts';
import { runTopologies } from '../engine/runner.ts';
import type { TopologyStatus } from '../engine/status.ts';
import type { Topology } from '../engine/topology.ts';
import type { Log } from '../log/log.ts';
import { configOf, untilSignalled, withCommon } from './command.ts';
import { coWritersOf } from './downstream.ts';
import { inForce, named, type ShopTopologies, topologiesInShop } from './shop-topologies.ts';
import { topicsOfShop } from './shops.ts';
import { statusText } from './status.ts';
import { count, liveRegion } from './terminal.ts';
import { nobodyTrains } from './train/nobody-trains.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

export class NotReprocessedError extends Error {
  override readonly name = 'NotReprocessedError';
}

interface ReprocessFlags {
  readonly as: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

const HELP = `
A version is the code as it is now, under a name: after a change to a topology, raise its \`version\`, and give the same with
--as. The version in force goes on meanwhile where its code still runs (a process started before the change); from the code
as it is now \`ebb run\` leaves the topology out until its version is promoted.

The new version has topics of its own: its outputs are <topic>.v2. It can be stopped and goes on where it was; after another
change to its code, forget it first: ebb reset --topology NAME --version v2.

Then: ebb diff compares its results with those in force, ebb promote has everybody read them.

Examples:
  ebb reprocess category-metrics --as v2
  ebb reprocess client-profiles --as v3 --follow`;

const AGAIN = 'What has been computed is kept: the same command goes on from there';

export function reprocessCommand(program: Command): void {
  withCommon(program.command('reprocess'), { shop: 'demo' })
    .description('run a new version of a topology from the start of the log, beside the one that everybody reads')
    .argument('<topology>', 'its name')
    .requiredOption('--as <version>', 'what the new version is called, such as v2')
    .option('--follow', 'go on when it has caught up')
    .option('--commit-interval <ms>', 'ms between commits while data flow (default 100)')
    .option('--idle <seconds>', 'see `ebb run`')
    .option('--json', 'print what it did as JSON')
    .addHelpText('after', HELP)
    .action(async (name: string, flags: ReprocessFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const { log, registry } = place;
      await topicsOfShop(log, shop);
      await refuseUnderReset(log, shop);
      const inShop = await topologiesInShop(place, shop);
      const code = named(inShop, name);
      const topology = { ...code, version: flags.as };
      checkVersion(inShop, topology);
      if (code.version !== flags.as) console.error(`ebb: ${codeSays(code, flags.as)}`);
      const stopped = untilSignalled();
      const finished = new AbortController();
      const started = performance.now();
      const running = await runTopologies({
        log,
        registry,
        shop,
        topologies: [topology],
        partitions: config.partitions,
        versions: inShop.versions.topics,
        signal: AbortSignal.any([stopped, finished.signal]),
        commit: { interval: config.commitInterval },
        ...(config.idle > 0 ? { idle: config.idle * 1000 } : {}),
        now: () => performance.now(),
      });
      const live = liveRegion();
      const show = (): void =>
        live.show(statusText(shop, { topologies: running.status(), sinks: [] }, performance.now() - started));
      const timer = setInterval(show, 250);
      try {
        // Once more now that the group is joined: see pipeline.ts.
        await refuseUnderReset(log, shop);
        const caughtUp = Promise.all(running.plans.map((plan) => readWhatIsThere(log, plan, stopped)));
        const inVain = nobodyTrains({ log, shop, status: running.status, signal: finished.signal }).then((why) => {
          if (why !== undefined && flags.follow !== true) throw new NotReprocessedError(`${why}. ${AGAIN}`);
          if (why !== undefined) live.above(`ebb: ${why}`);
        });
        await (flags.follow === true
          ? Promise.all([running.done, inVain])
          : Promise.race([caughtUp, running.done, inVain]));
      } finally {
        finished.abort();
        await Promise.allSettled([running.done]);
        clearInterval(timer);
        live.done();
      }
      await running.done;
      for (const status of running.status()) report(topology, shop, status, flags.json === true);
    });
}

function report({ name, version }: Topology, shop: string, status: TopologyStatus, json: boolean): void {
  const { in: taken, out, late, dead } = status;
  console.log(
    json
      ? JSON.stringify({ shop, topology: name, version, in: taken, out, late, dead })
      : `${name} ${version}: ${count(taken)} records in, ${count(out)} out, ${count(late)} late, ${count(dead)} dead letters.\nNext: ebb diff ${name} --shop ${shop}; ebb promote ${name} --to ${version} --shop ${shop}`,
  );
}

/** Says that what is run is not what the code is called. */
export function codeSays({ name, version }: Topology, wanted: string): string {
  return `the code of ${name} here is ${version}: \`ebb run\` takes it for ${wanted} when it says \`version: '${wanted}'\``;
}

/** @throws NotReprocessedError */
function checkVersion(inShop: ShopTopologies, topology: Topology): void {
  const { name, version } = topology;
  if (!/^[a-z0-9]+$/.test(version) || ['state', 'late', 'dead'].includes(version))
    throw new NotReprocessedError(`--as ${version}: a version has lower-case letters and digits, such as v2`);
  if (version === inForce(inShop, topology))
    throw new NotReprocessedError(
      `${name} ${version} is what everybody reads, and \`ebb run\` runs it: give the new version another name. \`ebb reset --topology ${name} --to start\` computes this one anew`,
    );
  const others = coWritersOf(inShop.all, topology).map((one) => one.name);
  if (others.length > 0)
    throw new NotReprocessedError(
      `${others.join(', ')} and ${name} write into the same topic, and a version of that would hold only what ${name} writes: \`ebb reset --topology ${name} --to start\` computes it all anew`,
    );
}

/** Resolves when everything has been read that was there when it began, and then what had come meanwhile. */
async function readWhatIsThere(log: Log, { group, inputs }: Plan, signal: AbortSignal): Promise<void> {
  const topics = [...inputs.values()].map(({ physical }) => physical);
  for (let round = 0; round < 2 && !signal.aborted; round++) {
    const ends = (await log.topics()).filter(({ name }) => topics.includes(name));
    const reached = async (): Promise<boolean> => {
      const committed = (await log.positions([group])).get(group);
      return ends.every(({ name, offsets }) =>
        offsets.every(({ end }, partition) => (committed?.get(name)?.[partition] ?? 0) >= end),
      );
    };
    while (!signal.aborted && !(await reached())) await sleep(50, undefined, { signal }).catch(() => {});
  }
}
