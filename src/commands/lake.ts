import { type Command, InvalidArgumentError } from 'commander';
import { compactTopic, type Lake, type Merge } from '../../connectors/sinks/lake.ts';
import { openFileLake } from '../../connectors/sinks/lake-files.ts';
import type { Config } from '../config.ts';
import { configOf, untilSignalled } from './command.ts';
import { hdfsOptions } from './open-sink.ts';
import { count, table } from './terminal.ts';
import { pathsOf } from './workplace.ts';

interface CompactFlags {
  readonly dryRun?: boolean;
  readonly minSize: number;
  readonly targetSize: number;
  readonly json?: boolean;
}

export class NoFilesError extends Error {
  override readonly name = 'NoFilesError';
}

export function lakeCommand(program: Command): void {
  const lake = program
    .command('lake')
    .description('the files of topics, on HDFS where it is configured and on this machine');
  lake
    .command('compact')
    .description('merge small Parquet files of a day into larger ones, while sinks write and others read')
    .argument('[topics...]', 'names within the shop; all unless stated')
    .option('--data <dir>', 'directory of the log, tables and files (default .ebb)')
    .option('--shop <name>', 'shop, the namespace of its topics and rows (default demo)')
    .option('--dry-run', 'say what would be merged, and do nothing')
    .option('--min-size <size>', 'files smaller than this are merged', sizeOf, 32 << 20)
    .option('--target-size <size>', 'into one go files of this much together, at most', sizeOf, 128 << 20)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nSizes are bytes, or KB, MB and GB of them. On HDFS a merge is one instant for whoever lists the files; on this machine\nrows show twice between two steps of it. Broken off at any step, the next run finishes it.\n\nExamples:\n  ebb lake compact --dry-run\n  ebb lake compact events raw.online-retail --shop uci --target-size 256MB',
    )
    .action(
      async (topics: readonly string[], { dryRun = false, minSize, targetSize, json, ...flags }: CompactFlags) => {
        const config = configOf(flags);
        const signal = untilSignalled();
        const found: (Merge & { readonly lake: string })[] = [];
        const there = new Set<string>();
        for (const [name, open] of lakesOf(config, config.shop ?? 'demo')) {
          await using lake = await open();
          for (const topic of await lake.topics()) {
            there.add(topic);
            if (topics.length > 0 && !topics.includes(topic)) continue;
            for await (const merge of compactTopic(lake, topic, { minSize, targetSize, dryRun, signal })) {
              found.push({ lake: name, ...merge });
            }
          }
        }
        const absent = topics.find((topic) => !there.has(topic));
        if (absent !== undefined)
          throw new NoFilesError(`no topic ${absent} has files: there are ${[...there].sort().join(', ') || 'none'}`);
        console.log(json === true ? JSON.stringify(found) : textOf(found, dryRun));
      },
    );
}

/** Not object stores: they change one object at an instant, and the swap of parts for the whole is of several. */
export function lakesOf(config: Config, shop: string): readonly (readonly [name: string, open: () => Promise<Lake>])[] {
  const local = ['files', async () => openFileLake({ dir: pathsOf(config).lake, shop })] as const;
  if (config.hdfsUrl === undefined) return [local];
  const open = async () => {
    const { openHdfsLake } = await import('../../connectors/sinks/lake-hdfs.ts');
    return openHdfsLake({ ...hdfsOptions(config), shop });
  };
  return [local, ['hdfs', open]];
}

function textOf(merges: readonly (Merge & { readonly lake: string })[], dryRun: boolean): string {
  if (merges.length === 0) return 'There is nothing to merge: no day has two small files of a partition.';
  const rows = merges.map(({ lake, topic, date, into, files, bytes }) => [
    lake,
    topic,
    date,
    into,
    count(files),
    `${(bytes / 1_000_000).toFixed(1)} MB`,
  ]);
  const files = merges.reduce((sum, merge) => sum + merge.files, 0);
  const told = `${count(files)} files ${dryRun ? 'would be' : 'are now'} ${count(merges.length)}.`;
  return `${table(['lake', 'topic', 'folder', dryRun ? 'would be' : 'merged file', 'files', 'size'], rows)}\n\n${told}`;
}

const units: Readonly<Record<string, number>> = { '': 1, KB: 1 << 10, MB: 1 << 20, GB: 1 << 30 };

/** `64MB` in bytes. @throws InvalidArgumentError */
function sizeOf(text: string): number {
  const found = /^(\d+)\s*([KMG]B)?$/i.exec(text);
  const unit = units[found?.[2]?.toUpperCase() ?? ''];
  if (found === null || unit === undefined || Number(found[1]) === 0)
    throw new InvalidArgumentError('a size is a number of bytes, or of KB, MB or GB, such as 64MB.');
  return Number(found[1]) * unit;
}
