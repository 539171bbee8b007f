import type { Command } from 'commander';
import { tableOf } from '../../connectors/sinks/tables.ts';
import { physicalName, type Topic } from '../engine/topic.ts';
import type { Topology } from '../engine/topology.ts';
import { configOf, untilSignalled, wholeNumber, withCommon } from './command.ts';
import { type By, type Comparison, compareTopics } from './compare-results.ts';
import { type ComparedOutput, diffText } from './diff-text.ts';
import { inForce, lagOf, named, type ShopTopologies, topologiesInShop } from './shop-topologies.ts';
import { standingVersions } from './versions.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

export class NotComparableError extends Error {
  override readonly name = 'NotComparableError';
}

interface DiffFlags {
  readonly between?: readonly string[];
  readonly by?: string;
  readonly samples: number;
  readonly json?: boolean;
}

const HELP = `
Compared are the outputs, as they are on the log: the last value of each key where the topic is compacted, the last row of
each window where a table takes them so (category, windowStart), and else record by record, in any order. --by tells
otherwise: fields whose last values are to be compared (country,day), key, or record.

The exit code is 0 when all is equal, and 1 when something differs.

Examples:
  ebb diff category-metrics
  ebb diff category-metrics --between v1 v2 --json
  ebb diff country-revenue --by country,day`;

export function diffCommand(program: Command): void {
  withCommon(program.command('diff'), { shop: 'demo' })
    .description('compare what two versions of a topology have computed')
    .argument('<topology>', 'its name')
    .option('--between <versions...>', 'two versions (default: the one in force, and the other one)')
    .option('--by <fields>', 'what is compared; see below')
    .option('--samples <n>', 'how many of each kind of difference to show', wholeNumber, 3)
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
    .action(async (name: string, flags: DiffFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const inShop = await topologiesInShop(place, shop);
      const topology = named(inShop, name);
      const between = versionsToCompare(inShop, topology, flags.between);
      const signal = untilSignalled();
      const outputs: ComparedOutput[] = [];
      for (const topic of Object.values(topology.to))
        outputs.push(await compared(place, inShop, topic, between, flags, signal));
      const behind = await Promise.all(between.map((version) => lagOf(place.log, inShop, { ...topology, version })));
      const result = { shop, topology: name, between, behind, outputs };
      console.log(flags.json === true ? JSON.stringify(result) : diffText(result));
      if (outputs.some(({ comparison }) => differs(comparison))) process.exitCode = 1;
    });
}

function differs({ onlyFirst, onlySecond, different }: Comparison): boolean {
  return onlyFirst + onlySecond + different > 0;
}

type Pair = readonly [first: string, second: string];

/** @throws NotComparableError */
function versionsToCompare(inShop: ShopTopologies, topology: Topology, given: readonly string[] | undefined): Pair {
  const { name } = topology;
  const standing = standingVersions(inShop.existing, inShop.shop, name);
  const current = inForce(inShop, topology);
  const others = standing.filter((version) => version !== current);
  const [first, second, more] = given ?? [current, ...others];
  if (first === undefined || second === undefined || more !== undefined)
    throw new NotComparableError(
      others.length === 0
        ? `${name} has one version only: \`ebb reprocess ${name} --as v2\` computes another beside it`
        : `${name} has versions ${standing.join(', ')}: say which two, such as --between ${current} ${others.at(-1)}`,
    );
  const missing = [first, second].find((version) => !standing.includes(version));
  if (missing !== undefined)
    throw new NotComparableError(`${name} has no version ${missing}: there are ${standing.join(', ') || 'none'}`);
  return [first, second];
}

async function compared(
  { log, registry }: Workplace,
  { shop, existing }: ShopTopologies,
  topic: Topic<unknown>,
  between: Pair,
  flags: DiffFlags,
  signal: AbortSignal,
): Promise<ComparedOutput> {
  const by = byOf(topic, flags.by);
  const [first, second] = [
    physicalName(shop, topic.name, between[0]),
    physicalName(shop, topic.name, between[1]),
  ] as const;
  const missing = [first, second].find((one) => !existing.has(one));
  if (missing !== undefined)
    throw new NotComparableError(`there is no topic ${missing}: that version did not write it`);
  const { samples } = flags;
  const comparison = await compareTopics({ log, registry, first, second, by, samples, signal });
  return { topic: topic.name, by, comparison };
}

/** @throws NotComparableError when a field is not one of the topic's */
function byOf({ name, schema, cleanup }: Topic<unknown>, given: string | undefined): By {
  if (given === 'key' || given === 'record') return given;
  if (given === undefined) {
    const { replaces = [] } = tableOf(name) ?? {};
    return cleanup === 'compact' ? 'key' : replaces.length > 0 ? replaces : 'record';
  }
  const fields = given.split(',').map((field) => field.trim());
  const all: readonly string[] =
    'fields' in schema && Array.isArray(schema.fields)
      ? schema.fields.map((field: { readonly name: string }) => field.name)
      : [];
  const unknown = fields.find((field) => !all.includes(field));
  if (unknown !== undefined)
    throw new NotComparableError(`--by ${given}: ${name} has no field ${unknown}; its fields are ${all.join(', ')}`);
  return fields;
}
