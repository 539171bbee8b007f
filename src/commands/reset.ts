import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Command } from 'commander';
import { LogError } from '../log/log.ts';
import { configOf, withCommon } from './command.ts';
import { markersOf, underReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

export class NotConfirmedError extends Error {
  override readonly name = 'NotConfirmedError';
}

/** What came in from outside, and how far it has been read: immutable truth, kept unless everything is to go. */
const truth = /^(raw\.[^.]+|synthetic\.[^.]+|sources|datasets)$/;

export function resetCommand(program: Command): void {
  withCommon(program.command('reset'), { shop: 'demo' })
    .description(
      'forget what was computed of a shop (topics, state, positions, tables, files), so that `ebb run` computes it again from the raw data',
    )
    .option('--all', 'also forget the raw data: the shop is gone')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nStop other ebb processes of the shop first.\n\nExamples:\n  ebb reset --shop demo --yes && ebb run --shop demo --until-caught-up',
    )
    .action(async (flags: { readonly all?: boolean; readonly yes?: boolean }) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const mine = (name: string): boolean => name.startsWith(`${shop}.`);
      const markers = markersOf(shop);
      const standing = (await place.log.topics()).map(({ name }) => name).filter(mine);
      const topics = standing.filter((name) => name !== markers.computed && name !== markers.all);
      // Raw data may be gone already, with the positions of their sources still there.
      if (flags.all !== true && standing.includes(markers.all)) throw underReset(shop, true);
      const doomed = topics.filter((name) => flags.all === true || !truth.test(name.slice(shop.length + 1)));
      if (standing.length === 0) {
        console.log(`Shop ${shop} has nothing in ${config.data}.`);
        return;
      }
      if (flags.yes !== true)
        await confirm(
          `Delete ${doomed.length} topics, the tables' rows and the files of shop ${shop} in ${config.data}${flags.all === true ? ', raw data included' : ''}?`,
        );
      const marker = flags.all === true ? markers.all : markers.computed;
      await place.log.create([{ name: marker, partitions: 1, cleanup: 'compact' }]);
      const groups = [...(await place.log.positions()).keys()].filter(mine);
      try {
        await place.log.forget(
          flags.all === true ? groups : groups.filter((group) => !group.startsWith(`${shop}.source.`)),
        );
      } catch (error) {
        // Refused whole, because something of the shop runs: nothing is under way.
        if (!standing.includes(marker) && error instanceof LogError && error.code === 'UNAVAILABLE')
          await place.log.delete([marker]);
        throw error;
      }
      emptyTables(place.paths.tables, shop);
      await rm(join(place.paths.lake, shop), { recursive: true, force: true });
      await place.log.delete(doomed);
      // Last: while it stands, nothing runs in the shop, and a reset that was cut short can be done again.
      await place.log.delete([markers.computed, markers.all]);
      const kept = topics.length - doomed.length;
      console.log(
        `Shop ${shop}: ${doomed.length} topics deleted, ${kept} kept. ${kept === 0 ? '' : `\`ebb run --shop ${shop} --until-caught-up\` computes the results again.`}`,
      );
    });
}

async function confirm(question: string): Promise<void> {
  if (process.stdin.isTTY !== true) throw new NotConfirmedError(`${question} Give --yes to say so without a terminal.`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new NotConfirmedError('Nothing was deleted.');
}

function emptyTables(path: string, shop: string): void {
  if (!existsSync(path)) return;
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .all();
    database.exec('begin immediate');
    for (const { name } of tables) {
      if (name === 'sink_positions')
        database.prepare("delete from sink_positions where substr(topic, 1, length(?1) + 1) = ?1 || '.'").run(shop);
      else database.prepare(`delete from ${String(name)} where shop = ?`).run(shop);
    }
    database.exec('commit');
  } finally {
    database.close();
  }
}
