import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Descriptor } from '../../datasets/descriptor.ts';
import { datasets } from '../../datasets/load.ts';
import { topics } from '../../schemas/topics.ts';
import { topologiesOf } from '../../topologies/all.ts';
import type { Config } from '../config.ts';
import { ownTopics } from '../engine/plan.ts';
import { physicalName } from '../engine/topic.ts';
import { type Topology, topicOf } from '../engine/topology.ts';
import { configOf, withCommon } from './command.ts';
import { descriptorsOf } from './descriptors.ts';
import { withOwn } from './own-topologies.ts';
import { bold, dim, table } from './terminal.ts';
import { openWorkplace, pathsOf } from './workplace.ts';

export function describeCommand(program: Command): void {
  withCommon(program.command('describe'), { shop: 'demo' })
    .description('show topologies: what they compute, from which topics to which')
    .argument('[topology]', 'one of them, in full')
    .option('--mermaid', 'as a mermaid flowchart')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb describe\n  ebb describe sessions\n  ebb describe --mermaid > topologies.mmd',
    )
    .action(async (name: string | undefined, flags: { readonly mermaid?: boolean; readonly json?: boolean }) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      const possible = [topics.syntheticTransactions, topics.syntheticShop, topics.models].map((topic) =>
        physicalName(shop, topic.name),
      );
      const all = await withOwn(topologiesOf(shop, await datasetsOf(config, shop), new Set(possible)), config);
      const chosen = name === undefined ? all : all.filter((topology) => topology.name === name);
      if (chosen.length === 0)
        throw new RangeError(`no topology is called ${name}: the names are ${all.map((one) => one.name).join(', ')}`);
      if (flags.json === true) console.log(JSON.stringify(chosen.map((one) => plain(one, shop))));
      else if (flags.mermaid === true) console.log(mermaid(chosen));
      else if (name === undefined)
        console.log(
          table(
            ['topology', 'from', 'to', 'what'],
            chosen.map((one) => [one.name, inputs(one).join(', '), outputs(one).join(', '), one.title]),
          ),
        );
      else for (const one of chosen) console.log(full(one, shop));
    });
}

/** Those that Ebb knows, and the shop's own where there is a log to tell. */
async function datasetsOf(config: Config, shop: string): Promise<readonly Descriptor[]> {
  if (!existsSync(pathsOf(config).log)) return [...datasets.values()];
  await using place = await openWorkplace(config, 'existing');
  const own = await descriptorsOf(place.log, place.registry, shop);
  return [...new Map([...datasets.values(), ...own].map((one) => [one.name, one])).values()];
}

const inputs = ({ from }: Topology): string[] => Object.values(from).map((input) => topicOf(input).name);
const broadcasts = ({ broadcast }: Topology): string[] => Object.values(broadcast).map((topic) => topic.name);
const outputs = ({ to }: Topology): string[] => Object.values(to).map((topic) => topic.name);

function plain(topology: Topology, shop: string): object {
  const { name, version, title } = topology;
  return {
    name,
    version,
    title,
    from: inputs(topology),
    broadcast: broadcasts(topology),
    to: outputs(topology),
    ...ownTopics(shop, topology),
  };
}

function full(topology: Topology, shop: string): string {
  const own = ownTopics(shop, topology);
  const fields = Object.values(topology.to).map(({ name, schema }) => [name, fieldsOf(schema).join(', ')]);
  return [
    `${bold(topology.name, process.stdout)} ${dim(topology.version, process.stdout)}`,
    topology.title,
    '',
    table(
      ['', ''],
      [
        ['reads', inputs(topology).join(', ')],
        ...(broadcasts(topology).length === 0 ? [] : [['knows all of', broadcasts(topology).join(', ')]]),
        ['writes', outputs(topology).join(', ')],
        ['group', own.group],
        ['state', own.state],
        ['late', own.late],
        ['dead letters', own.dead],
      ],
    ),
    '',
    table(['output', 'fields'], fields),
  ].join('\n');
}

function fieldsOf(schema: object): readonly string[] {
  return 'fields' in schema && Array.isArray(schema.fields)
    ? schema.fields.map((field: { readonly name: string }) => field.name)
    : [];
}

function mermaid(topologies: readonly Topology[]): string {
  const id = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '_');
  const lines = topologies.flatMap((topology) => [
    `  t_${id(topology.name)}["${topology.name}"]`,
    ...inputs(topology).map((topic) => `  ${id(topic)}[("${topic}")] --> t_${id(topology.name)}`),
    ...broadcasts(topology).map((topic) => `  ${id(topic)}[("${topic}")] -.-> t_${id(topology.name)}`),
    ...outputs(topology).map((topic) => `  t_${id(topology.name)} --> ${id(topic)}[("${topic}")]`),
  ]);
  return ['flowchart LR', ...lines].join('\n');
}
