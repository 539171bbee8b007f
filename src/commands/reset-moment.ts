import { tableOf } from '../../connectors/sinks/tables.ts';
import { positionsAt } from '../engine/moment.ts';
import { type Plan, plan } from '../engine/plan.ts';
import { moveBack } from '../engine/rebuild.ts';
import type { Topology } from '../engine/topology.ts';
import { type Batch, type Log, LogError, type Owned, type Positions } from '../log/log.ts';
import { untilSignalled } from './command.ts';
import { confirm } from './confirm.ts';
import { readersOf } from './downstream.ts';
import { type Moment, offsetsText, parseOffsets } from './moment.ts';
import { ownAlone } from './own-alone.ts';
import { commandOf, NotResetError, type ResetTopologyOptions } from './reset-options.ts';
import { sayer } from './say.ts';
import type { ShopTopologies } from './shop-topologies.ts';
import { count, liveRegion, table } from './terminal.ts';
import { keepingOthersOut, underWay } from './under-way.ts';
import type { Workplace } from './workplace.ts';

interface Move {
  readonly partition: number;
  /** Of every input. */
  readonly from: Positions;
  readonly to: Positions;
}

/**
 * Puts a version of a topology back to a moment: its state of then and its positions, in one commit for each partition.
 * @param read everybody reads this version
 */
export async function resetToMoment(
  place: Workplace,
  { shop, all, existing, versions }: ShopTopologies,
  topology: Topology,
  read: boolean,
  moment: Exclude<Moment, { readonly kind: 'start' }>,
  options: ResetTopologyOptions,
): Promise<void> {
  const { log, registry, config } = place;
  const { name, version } = topology;
  const readers = read ? readersOf(all, topology) : [];
  if (readers.length > 0)
    throw new NotResetError(
      `${readers.map((one) => one.name).join(', ')} would take in a second time what ${name} writes again. \`ebb reset --topology ${name} --to start\` computes them all anew`,
    );
  const counts = new Map((await log.topics()).map((info) => [info.name, info.partitions]));
  const planned = await plan({
    topology,
    shop,
    registry,
    existing: counts,
    partitions: config.partitions,
    versions: versions.topics,
  });
  if (!existing.has(planned.stateTopic)) throw new NotResetError(`${name} ${version} has not run in shop ${shop}`);
  const signal = untilSignalled();
  // On the embedded log a process that has ended is no member any more.
  const session = config.brokers === undefined ? 0 : config.sessionTimeout;
  const command = commandOf(options, version);
  const begun = await underWay(log, shop);
  const resumed = begun?.command === command;
  const target = resumed ? ({ kind: 'offsets', offsets: parseOffsets(begun.found, shop) } as const) : moment;
  const moves = await movesTo(log, planned, target, resumed, signal);
  const say = sayer(options.json);
  const told = (): void => {
    if (options.json === true)
      console.log(JSON.stringify({ shop, topology: name, version, moves, dryRun: options.dryRun === true }));
  };
  if (moves.length === 0 && !resumed) {
    say(`Nothing to do: ${name} has not read beyond that.`);
    return told();
  }
  say(textOf(topology, shop, moves));
  if (options.dryRun === true) return told();
  if (options.yes !== true) await confirm('Go on?');
  // In offsets, so that a second try means the same, whatever has moved by then.
  const found = resumed ? begun.found : offsetsText(shop, new Map(moves.map((move) => [move.partition, move.to])));
  const live = liveRegion();
  await using held = new AsyncDisposableStack();
  let owned: ReadonlyMap<number, Owned> = new Map();
  const steps = {
    async check() {
      ({ owned } = held.use(await ownAlone(log, planned, session, signal)));
    },
    async work() {
      for (const [done, { partition, to }] of moves.entries()) {
        const mine = owned.get(partition);
        if (mine === undefined) throw taken(planned, partition);
        let records = 0;
        const onBatch = (batch: Batch): void => {
          records += batch.records.length;
          live.show(`${done} of ${moves.length} partitions; ${count(records)} records read again`);
        };
        await moveBack({ log, plan: planned, owned: mine, to, signal, onBatch });
      }
    },
  };
  await keepingOthersOut(log, shop, { command, found }, steps).finally(() => live.done());
  say(
    read
      ? `Done. \`ebb run --shop ${shop}\` goes on from there.`
      : `Done. \`ebb reprocess ${name} --as ${version} --shop ${shop}\` goes on from there.`,
  );
  told();
}

/** Only back: what would be left out by going forward would be missing from the results, and nobody would know. */
async function movesTo(
  log: Log,
  planned: Plan,
  moment: Exclude<Moment, { readonly kind: 'start' }>,
  resumed: boolean,
  signal: AbortSignal,
): Promise<readonly Move[]> {
  const committed = (await log.positions([planned.group])).get(planned.group);
  const inputs = [...planned.inputs.values()].map(({ physical }) => physical);
  if (moment.kind === 'offsets') checkNames(moment.offsets, planned, inputs);
  const moves: Move[] = [];
  for (let partition = 0; partition < planned.partitions; partition++) {
    const from = Object.fromEntries(inputs.map((topic) => [topic, committed?.get(topic)?.[partition] ?? 0]));
    const wanted =
      moment.kind === 'offsets'
        ? (moment.offsets.get(partition) ?? {})
        : await positionsAt(log, planned, partition, moment.time, signal);
    const to = Object.fromEntries(
      inputs.map((topic) => {
        const [now, then] = [from[topic] ?? 0, wanted[topic] ?? from[topic] ?? 0];
        if (moment.kind === 'offsets' && then > now && !resumed)
          throw new NotResetError(
            `${planned.topology.name} has read ${topic}/${partition} up to ${now}: it can go back, not forward to ${then}`,
          );
        return [topic, moment.kind === 'offsets' ? then : Math.min(now, then)];
      }),
    );
    if (inputs.some((topic) => to[topic] !== from[topic])) moves.push({ partition, from, to });
  }
  return moves;
}

function checkNames(
  offsets: ReadonlyMap<number, Readonly<Record<string, number>>>,
  { partitions, topology }: Plan,
  inputs: readonly string[],
): void {
  for (const [partition, of] of offsets) {
    for (const topic of Object.keys(of)) {
      if (inputs.includes(topic) && partition < partitions) continue;
      throw new NotResetError(
        `${topology.name} does not read ${topic}/${partition}: it reads ${inputs.join(', ')}, partitions 0 to ${partitions - 1}`,
      );
    }
  }
}

function taken({ group }: Plan, partition: number): LogError {
  const next = 'Stop what runs it, and give the same command again.';
  return new LogError(
    'REBALANCED',
    `Partition ${partition} of group ${group} was taken over while it was to be moved. ${next}`,
  );
}

function textOf({ name, to }: Topology, shop: string, moves: readonly Move[]): string {
  const rows = moves.flatMap(({ partition, from, to: then }) =>
    Object.keys(from).map((topic) => [
      `${topic.slice(shop.length + 1)}/${partition}`,
      from[topic] ?? 0,
      then[topic] ?? 0,
      (from[topic] ?? 0) - (then[topic] ?? 0),
    ]),
  );
  const tables = Object.values(to).flatMap((topic) => tableOf(topic.name)?.name ?? []);
  const replaced = tables.length === 0 ? '' : `; rows of ${tables.join(', ')} are replaced, late_events come twice`;
  return [
    table(['input', 'has read', 'goes back to', 'again'], rows),
    `${name} gets the state that it had there: its inputs are read again from their start, and nothing of that is written.`,
    `What it writes from there on is appended once more${replaced}.`,
  ].join('\n');
}
