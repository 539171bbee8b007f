import type { Command } from 'commander';
import type { TopicInfo } from '../log/log.ts';
import { configOf, withCommon } from './command.ts';
import { type GroupLag, groupLags, isStranded } from './group-lag.ts';
import { readersIn, topologiesInShop } from './shop-topologies.ts';
import { shopsOf, topicsOfShop } from './shops.ts';
import { count, table, yellow } from './terminal.ts';
import { topicsCreateCommand } from './topics-create.ts';
import { openWorkplace } from './workplace.ts';

interface TopicsFlags {
  readonly lag?: boolean;
  readonly partitions?: boolean;
  readonly json?: boolean;
}

/** A group is behind and nobody reads for it. */
const STRANDED = 1;

export function topicsCommand(program: Command): void {
  const command = program.command('topics').description('the topics of the log, and those that others write');
  topicsCreateCommand(command);
  withCommon(command.command('list', { isDefault: true }), { shop: 'all' })
    .description('list topics, what is in them, and how far each group has read')
    .option('--lag', 'how far each group is behind, and who reads for it, instead')
    .option('--partitions', 'with --lag: by topic and partition')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nWith --lag the exit code is ${STRANDED} when a group is behind and no process reads for it.\n\nExamples:\n  ebb topics --shop demo\n  ebb topics --lag --partitions`,
    )
    .action(async (flags: TopicsFlags) => {
      // Of topics that do not exist yet, elsewhere; a question here.
      const { partitions, ...others } = flags;
      const config = configOf(others);
      const { shop } = config;
      await using place = await openWorkplace(config, 'existing');
      if (shop !== undefined) await topicsOfShop(place.log, shop);
      const mine = (name: string): boolean => shop === undefined || name.startsWith(`${shop}.`);
      if (flags.lag !== true) {
        printTopics(
          (await place.log.topics()).filter(({ name }) => mine(name)),
          flags.json === true,
        );
        return;
      }
      const looked = shop === undefined ? await shopsOf(place.log) : [shop];
      const known = await Promise.all(looked.map((one) => topologiesInShop(place, one)));
      const groups = await groupLags(place.log, mine, known.flatMap(readersIn));
      if (flags.json === true) console.log(JSON.stringify(groups.map((group) => forJson(group, partitions === true))));
      else console.log(partitions === true ? partitionTable(groups) : groupTable(groups));
      const stranded = groups.filter(isStranded);
      if (stranded.length === 0) return;
      process.exitCode = STRANDED;
      const shops = [...new Set(stranded.map(({ group }) => group.split('.')[0]))];
      const what = stranded.length === 1 ? 'group is' : 'groups are';
      const next = shops.map((one) => `\`ebb run --shop ${one}\``).join(', ');
      console.error(yellow(`${stranded.length} ${what} behind with nobody reading: ${next} goes on`, process.stderr));
    });
}

function printTopics(topics: readonly TopicInfo[], json: boolean): void {
  const rows = topics.map(({ name, partitions, cleanup, offsets }) => ({
    topic: name,
    partitions,
    cleanup,
    offsets: offsets.reduce((sum, { start, end }) => sum + end - start, 0),
  }));
  const header = ['topic', 'partitions', 'cleanup', 'offsets'];
  console.log(
    json
      ? JSON.stringify(rows)
      : table(
          header,
          rows.map((row) => Object.values(row)),
        ),
  );
}

function groupTable(groups: readonly GroupLag[]): string {
  const rows = groups.map((group) => [
    group.group,
    group.lag,
    group.members.length,
    group.members.map(({ name, partitions }) => `${name} (${partitions.join(', ') || 'none'})`).join('; '),
  ]);
  const header = ['group', 'lag', 'members', 'which, and the partitions of each'];
  // Nobody reads: the last column would be empty.
  const width = groups.some(({ members }) => members.length > 0) ? header.length : header.length - 1;
  return table(
    header.slice(0, width),
    rows.map((row) => row.slice(0, width)),
  );
}

function partitionTable(groups: readonly GroupLag[]): string {
  const rows = groups.flatMap(({ group, partitions }) =>
    partitions.map(({ topic, partition, committed, end, lag, member }) => [
      ...[group, topic, partition, committed === undefined ? '–' : count(committed), end, lag, member ?? ''],
    ]),
  );
  return table(['group', 'topic', 'partition', 'committed', 'end', 'lag', 'member'], rows);
}

function forJson({ group, lag, members, partitions }: GroupLag, all: boolean): object {
  return { group, lag, members, ...(all ? { partitions } : {}) };
}
