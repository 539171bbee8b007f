import { tableOf } from '../../connectors/sinks/tables.ts';
import type { Topology } from '../engine/topology.ts';
import { confirm } from './confirm.ts';
import { madeAnewWith } from './downstream.ts';
import { type Doomed, doomedTopics, forgetResults, groupsOf, refuseRunning } from './forget-results.ts';
import { parseMoment } from './moment.ts';
import { resetToMoment } from './reset-moment.ts';
import { commandOf, NotResetError, type ResetTopologyOptions } from './reset-options.ts';
import { sayer } from './say.ts';
import { inForce, named, type ShopTopologies, topologiesInShop } from './shop-topologies.ts';
import { count } from './terminal.ts';
import { refuseShopReset } from './under-reset.ts';
import { keepingOthersOut } from './under-way.ts';
import { standingVersions } from './versions.ts';
import type { Workplace } from './workplace.ts';

/** Puts one topology back to the start or to a moment, or forgets a version that nobody reads. @throws NotResetError and whatever the log, the tables and the code say */
export async function resetTopology(place: Workplace, options: ResetTopologyOptions): Promise<void> {
  const { shop } = options;
  await refuseShopReset(place.log, shop);
  const inShop = await topologiesInShop(place, shop);
  const code = named(inShop, options.topology);
  const current = inForce(inShop, code);
  const version = options.version ?? current;
  const topology = { ...code, version };
  if (options.to === undefined && version === current)
    throw new NotResetError(
      `${code.name} ${version} is what everybody reads: say where it is to go back to, such as --to start`,
    );
  const moment = options.to === undefined ? undefined : parseMoment(options.to, shop);
  if (moment !== undefined && version === current) runnable(code, version);
  if (moment === undefined || moment.kind === 'start') await resetToStart(place, inShop, topology, current, options);
  else await resetToMoment(place, inShop, topology, version === current, moment, options);
}

async function resetToStart(
  place: Workplace,
  inShop: ShopTopologies,
  topology: Topology,
  current: string,
  options: ResetTopologyOptions,
): Promise<void> {
  const { shop, existing } = inShop;
  const read = topology.version === current;
  const others = read ? madeAnewWith(inShop.all, topology) : [];
  for (const other of others) runnable(other, inForce(inShop, other));
  const doomed: readonly Doomed[] = [{ topology, read }, ...others.flatMap((other) => everyVersion(inShop, other))];
  const topics = doomedTopics(shop, doomed).filter((name) => existing.has(name));
  const say = sayer(options.json);
  say(textOf(topology, read, others, topics.length, doomed));
  const { name, version } = topology;
  const anew = read ? [name, ...others.map((one) => one.name)] : [];
  const told = { shop, topology: name, version, topics: topics.length, anew, dryRun: options.dryRun === true };
  if (options.json === true && options.dryRun === true) console.log(JSON.stringify(told));
  if (options.dryRun === true) return;
  if (options.yes !== true) await confirm('Go on?');
  await keepingOthersOut(
    place.log,
    shop,
    { command: commandOf(options, topology.version), found: '' },
    {
      check: async () => refuseRunning(place.log, await groupsOf(place.log, shop, doomed)),
      async work() {
        await place.log.forget(await groupsOf(place.log, shop, doomed));
        await forgetResults(place, shop, doomed);
      },
    },
  );
  say(
    read
      ? `Done. \`ebb run --shop ${shop} --until-caught-up\` computes it again.`
      : `Done. \`ebb reprocess ${topology.name} --as ${topology.version} --shop ${shop}\` would compute it again.`,
  );
  if (options.json === true) console.log(JSON.stringify(told));
}

/** All versions of a topology that stand, or the one in force where nothing of it does (any more): its rows may. */
export function everyVersion(inShop: ShopTopologies, topology: Topology): readonly Doomed[] {
  const current = inForce(inShop, topology);
  const versions = new Set([current, ...standingVersions(inShop.existing, inShop.shop, topology.name)]);
  return Array.from(versions, (version) => ({ topology: { ...topology, version }, read: version === current }));
}

/** @throws NotResetError when the code is of another version, so that what is forgotten could not be computed again */
export function runnable({ name, version }: Topology, current: string): void {
  if (version === current) return;
  throw new NotResetError(
    `the code of ${name} is ${version}, and what everybody reads is of ${current}: without its code it could not be computed again. \`ebb reprocess ${name} --as ${version}\` computes ${version} beside it`,
  );
}

function textOf(
  { name, version }: Topology,
  read: boolean,
  others: readonly Topology[],
  topics: number,
  doomed: readonly Doomed[],
): string {
  if (!read) return `${name} ${version} is to be forgotten: ${count(topics)} topics.`;
  const tables = doomed
    .filter((one) => one.read)
    .flatMap(({ topology }) => Object.values(topology.to))
    .flatMap((topic) => tableOf(topic.name)?.name ?? []);
  const lines = [
    `${name} is to be computed anew from the start of its inputs.`,
    ...(others.length === 0
      ? []
      : [`With it, since they take in what it writes: ${others.map((one) => one.name).join(', ')}.`]),
    `What goes: ${count(topics)} topics; ${[...new Set(tables)].map((table) => `the rows of ${table}`).join(', ') || 'no tables'}; their late records and dead letters.`,
  ];
  return lines.join('\n');
}
