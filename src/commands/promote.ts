import type { Command } from 'commander';
import { tableOf } from '../../connectors/sinks/tables.ts';
import { ownTopics } from '../engine/plan.ts';
import type { Topology } from '../engine/topology.ts';
import { configOf, withCommon } from './command.ts';
import { confirm } from './confirm.ts';
import { madeAnewWith } from './downstream.ts';
import { forgetFiles } from './forget-files.ts';
import { forgetBoundaries, forgetResults, groupsOf, refuseRunning } from './forget-results.ts';
import { codeSays } from './reprocess.ts';
import { everyVersion, runnable } from './reset-topology.ts';
import { sayer } from './say.ts';
import { inForce, lagOf, named, type ShopTopologies, topologiesInShop } from './shop-topologies.ts';
import { swapRows } from './swap-rows.ts';
import { tablesIfThere } from './tables/open.ts';
import { count } from './terminal.ts';
import { refuseShopReset } from './under-reset.ts';
import { keepingOthersOut, underWay } from './under-way.ts';
import { resultTopics, standingVersions, writeVersion } from './versions.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

export class NotPromotedError extends Error {
  override readonly name = 'NotPromotedError';
}

const HELP = `
Stop other ebb processes of the shop that read the topology or run it; one that only computes the new version may go on.

The rows of its tables are replaced by the new version's in one transaction. Topologies that read what it writes took the old
results in, so they are computed anew from the new ones by the next run; so are files. The old version's topics stay, and
\`ebb promote NAME --to v1\` goes back to them, until \`ebb reset --topology NAME --version v1\`.

Examples:
  ebb promote category-metrics --to v2`;

interface PromoteFlags {
  readonly to: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Records that went into the tables, and the topologies that the next run computes anew. */
interface Promoted {
  readonly from: string;
  readonly to: string;
  readonly records: number;
  readonly anew: readonly string[];
}

export function promoteCommand(program: Command): void {
  withCommon(program.command('promote'), { shop: 'demo' })
    .description('have everybody read another version of a topology: topologies, tables, files, tail')
    .argument('<topology>', 'its name')
    .requiredOption('--to <version>', 'a version that `ebb reprocess` has computed, or an earlier one')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', HELP)
    .action(async (name: string, flags: PromoteFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      await refuseShopReset(place.log, shop);
      const inShop = await topologiesInShop(place, shop);
      const done = await promote(place, inShop, named(inShop, name), flags);
      if (flags.json === true) console.log(JSON.stringify({ shop, topology: name, ...done }));
    });
}

async function promote(
  place: Workplace,
  inShop: ShopTopologies,
  code: Topology,
  { to, yes, json }: PromoteFlags,
): Promise<Promoted> {
  const say = sayer(json);
  const { log, registry } = place;
  const { shop } = inShop;
  const command = `ebb promote ${code.name} --to ${to} --shop ${shop} --yes`;
  // The version in force may have been written already when it was cut short.
  const begun = await underWay(log, shop);
  const from = begun?.command === command ? begun.found : inForce(inShop, code);
  const [old, next] = [
    { ...code, version: from },
    { ...code, version: to },
  ];
  if (from === to) {
    say(`${code.name} ${to} is what everybody reads.`);
    return { from, to, records: 0, anew: [] };
  }
  const standing = standingVersions(inShop.existing, shop, code.name);
  if (!standing.includes(to))
    throw new NotPromotedError(
      `${code.name} has no version ${to} in shop ${shop}: there are ${standing.join(', ') || 'none'}. \`ebb reprocess ${code.name} --as ${to}\` computes it`,
    );
  const others = madeAnewWith(inShop.all, code);
  for (const other of others) runnable(other, inForce(inShop, other));
  const doomed = others.flatMap((other) => everyVersion(inShop, other));
  const readers = () => groupsOf(log, shop, doomed, [...resultTopics(shop, old), ...resultTopics(shop, next)]);
  say(textOf(old, next, others));
  const lag = await lagOf(log, inShop, next);
  if (lag > 0) say(`${to} has ${count(lag)} records still to read: the next run does.`);
  if (code.version !== to) say(`Note: ${codeSays(code, to)}.`);
  if (yes !== true) await confirm('Go on?');
  let records = 0;
  await keepingOthersOut(
    log,
    shop,
    { command, found: from },
    {
      // Whoever runs the version in force carries its results into the tables, or is about to.
      check: async () => refuseRunning(log, [ownTopics(shop, old).group, ...(await readers())]),
      async work() {
        await log.forget(await readers());
        await forgetResults(place, shop, doomed);
        await writeAnew(place, shop, old, next);
        await using tables = await tablesIfThere(place.config);
        if (tables !== undefined) {
          records = await swapRows(place, tables, shop, old, next);
          if (records > 0) say(`${count(records)} records of ${to} were taken into the tables.`);
        }
        await writeVersion(log, registry, shop, next);
      },
    },
  );
  say(`Done: ${code.name} ${to} is what everybody reads. \`ebb run --shop ${shop}\` goes on with it.`);
  return { from, to, records, anew: others.map((one) => one.name) };
}

/** Files are written anew from the new version by the next run. */
async function writeAnew({ log, config }: Workplace, shop: string, old: Topology, next: Topology): Promise<void> {
  await forgetBoundaries(log, shop, new Set([...resultTopics(shop, old), ...resultTopics(shop, next)]));
  await forgetFiles(
    config,
    shop,
    [...Object.values(old.to), ...Object.values(next.to)].map(({ name }) => name),
  );
}

function textOf(old: Topology, next: Topology, others: readonly Topology[]): string {
  const tables = Object.values(next.to).flatMap(({ name }) => tableOf(name)?.name ?? []);
  return [
    `Everybody is to read ${next.name} ${next.version} instead of ${old.version}.`,
    ...(tables.length === 0 ? [] : [`Rows of ${tables.join(', ')} are replaced by those of ${next.version}.`]),
    ...(others.length === 0
      ? []
      : [`Computed anew from them by the next run: ${others.map((one) => one.name).join(', ')}.`]),
  ].join('\n');
}
