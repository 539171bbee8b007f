import type { Command } from 'commander';
import { boundariesIn } from '../../connectors/sinks/boundary.ts';
import { sinkGroup } from '../../connectors/sinks/runner.ts';
import type { FileBoundary } from '../../schemas/generated.ts';
import { configOf, withCommon } from './command.ts';
import { groupLags, type PartitionLag } from './group-lag.ts';
import { sinksOf } from './open-sink.ts';
import { resultsInForce, topologiesInShop } from './shop-topologies.ts';
import { topicsOfShop } from './shops.ts';
import { troublesOf } from './sink-troubles.ts';
import { routesOf, sinkReaders } from './sinks.ts';
import { count, moment, red, table } from './terminal.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** A partition of a topic, as a sink carries it. */
interface Carried {
  readonly sink: string;
  /** Name within the shop. */
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to be written; absent: none has been. */
  readonly position: number | undefined;
  readonly end: number;
  readonly lag: number;
  /** The process that writes it now. */
  readonly member: string | undefined;
  /** Offsets, both included, of its last file or files; one for each date. */
  readonly lastFile: { readonly first: number; readonly last: number } | undefined;
  readonly lastError:
    | { readonly code: string; readonly message: string; readonly at: string; readonly fatal: boolean }
    | undefined;
}

export function sinkCommand(program: Command): void {
  const sink = program.command('sink').description('the sinks: tables and files, wherever they are');
  withCommon(sink.command('status'), { shop: 'demo' })
    .description('how far each sink has written each topic, its last file, and its last error')
    .option('--json', 'as JSON, by partition')
    .addHelpText('after', '\nExamples:\n  ebb sink status --shop online-retail\n  ebb sink status --json')
    .action(async (flags: { readonly json?: boolean }) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      await topicsOfShop(place.log, shop);
      const carried = await carriedIn(place, shop);
      console.log(flags.json === true ? JSON.stringify(carried) : textOf(carried));
    });
}

async function carriedIn(place: Workplace, shop: string): Promise<readonly Carried[]> {
  const { log, registry, config } = place;
  const known = await topologiesInShop(place, shop);
  const routes = await routesOf(place, shop, resultsInForce(known, known.all), known.versions.topics);
  const readers = sinkReaders(shop, routes);
  const groups = new Map(
    (await groupLags(log, (group) => group.startsWith(`${shop}.sink.`), readers)).map((one) => [one.group, one]),
  );
  const files = new Map<string, FileBoundary>();
  for (const sink of sinksOf(config).lake)
    for (const one of await boundariesIn(log, registry, shop, sink))
      files.set(keyOf(sink, one.topic, one.partition), one);
  const troubles = new Map(
    (await troublesOf(log, registry, shop)).map((one) => [keyOf(one.sink, one.topic ?? '', one.partition ?? -1), one]),
  );
  return [...routes].flatMap(([sink, topics]) =>
    topics.flatMap((topic) =>
      (groups.get(sinkGroup(shop, sink, topic))?.partitions ?? []).map((one: PartitionLag): Carried => {
        const { partition, committed: position, end, lag, member } = one;
        const file = files.get(keyOf(sink, one.topic, partition));
        const trouble = troubles.get(keyOf(sink, topic, partition)) ?? troubles.get(keyOf(sink, '', -1));
        return {
          ...{ sink, topic, partition, position, end, lag, member },
          lastFile: file === undefined ? undefined : { first: file.firstOffset, last: file.lastOffset },
          lastError:
            trouble === undefined
              ? undefined
              : {
                  code: trouble.code,
                  message: trouble.message,
                  at: new Date(trouble.at).toISOString(),
                  fatal: trouble.fatal,
                },
        };
      }),
    ),
  );
}

function keyOf(sink: string, topic: string, partition: number): string {
  return `${sink}/${topic}/${partition}`;
}

/** A line for each topic of a sink, and its newest error. */
function textOf(carried: readonly Carried[]): string {
  const byTopic = [...Map.groupBy(carried, ({ sink, topic }) => `${sink} ${topic}`).values()];
  const rows = byTopic.map((parts) => {
    const [{ sink, topic } = { sink: '', topic: '' }] = parts;
    const sum = (of: (one: Carried) => number) => count(parts.reduce((total, one) => total + of(one), 0));
    const read = parts.filter(({ member }) => member !== undefined).length;
    const last = parts
      .flatMap(({ partition, lastFile }) => (lastFile === undefined ? [] : [{ partition, ...lastFile }]))
      .sort((a, b) => b.last - a.last)[0];
    const file = last === undefined ? '–' : `${last.partition}-${last.first}-${last.last}`;
    return [sink, topic, sum(({ position }) => position ?? 0), sum(({ lag }) => lag), `${read}/${parts.length}`, file];
  });
  const newest = [...Map.groupBy(carried, ({ sink }) => sink)].flatMap(([sink, parts]) => {
    const errors = parts.flatMap(({ lastError }) => lastError ?? []).sort((a, b) => (a.at < b.at ? 1 : -1));
    const [error] = errors;
    if (error === undefined) return [];
    const what = error.fatal ? 'stopped' : 'tried again';
    return [`${red(sink, process.stdout)}  ${moment(Date.parse(error.at))} ${what}: ${error.code}: ${error.message}`];
  });
  const header = ['sink', 'topic', 'position', 'lag', 'written by', 'last file'];
  return [table(header, rows), ...(newest.length === 0 ? [] : ['', 'Last errors', ...newest])].join('\n');
}
