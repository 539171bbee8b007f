import type { Command } from 'commander';
import { configOf } from './command.ts';
import { topicsOfShop } from './shops.ts';
import { table } from './terminal.ts';
import { openWorkplace } from './workplace.ts';

export function topicsCommand(program: Command): void {
  program
    .command('topics')
    .description('list topics, what is in them, and how far each group has read')
    .option('--data <dir>', 'directory of the log, tables and files (default .ebb)')
    .option('--shop <name>', 'only this shop’s')
    .option('--lag', 'one line per group and topic instead')
    .option('--json', 'as JSON')
    .action(async (flags: { readonly lag?: boolean; readonly json?: boolean }) => {
      const config = configOf({ ...flags });
      const { shop } = config;
      await using place = await openWorkplace(config, 'existing');
      if (shop !== undefined) await topicsOfShop(place.log, shop);
      const mine = (name: string): boolean => shop === undefined || name.startsWith(`${shop}.`);
      const infos = (await place.log.topics()).filter(({ name }) => mine(name));
      const records = new Map(
        infos.map(({ name, offsets }) => [name, offsets.reduce((sum, { start, end }) => sum + end - start, 0)]),
      );
      if (flags.lag !== true) {
        const rows = infos.map(({ name, partitions, cleanup }) => ({
          topic: name,
          partitions,
          cleanup,
          offsets: records.get(name) ?? 0,
        }));
        console.log(
          flags.json === true
            ? JSON.stringify(rows)
            : table(
                ['topic', 'partitions', 'cleanup', 'offsets'],
                rows.map((row) => Object.values(row)),
              ),
        );
        return;
      }
      const ends = new Map(infos.map(({ name, offsets }) => [name, offsets]));
      const rows = [...(await place.log.positions())].flatMap(([group, topics]) =>
        [...topics].flatMap(([topic, committed]) => {
          const offsets = ends.get(topic);
          if (offsets === undefined) return [];
          const lag = offsets.reduce(
            (sum, { start, end }, partition) => sum + Math.max(0, end - (committed[partition] ?? start)),
            0,
          );
          return [{ group, topic, lag }];
        }),
      );
      console.log(
        flags.json === true
          ? JSON.stringify(rows)
          : table(
              ['group', 'topic', 'lag'],
              rows.map((row) => Object.values(row)),
            ),
      );
    });
}
