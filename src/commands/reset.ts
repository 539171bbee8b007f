import type { Command } from 'commander';
import { ConfigError } from '../config.ts';
import { LogError } from '../log/log.ts';
import { configOf, withCommon } from './command.ts';
import { confirm } from './confirm.ts';
import { emptyShop } from './empty-tables.ts';
import { forgetFiles } from './forget-files.ts';
import { refuseRunning } from './forget-results.ts';
import { resetTopology } from './reset-topology.ts';
import { sayer } from './say.ts';
import { tablesIfThere } from './tables/open.ts';
import { markersOf, underReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

/** What came in from outside, and how far it has been read: immutable truth, kept unless everything is to go. */
const truth = /^(raw\.[^.]+|synthetic\.[^.]+|posted\.events|sources|datasets|resent)$/;

interface ResetFlags {
  readonly all?: boolean;
  readonly topology?: string;
  readonly to?: string;
  readonly version?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const HELP = `
Stop other ebb processes of the shop first.

--topology T --to start      T, and the topologies that read what it writes, are computed anew by the next run: their
                             topics, state, rows and files go.
--topology T --to MOMENT     T goes on from there once more, with the state that it had there: its inputs are read again
                             up to the moment, and nothing of that is written. What it writes from there on comes again:
                             rows are replaced, records are appended. Only for a topology that no other one reads.
--topology T --version v2    forgets a version that is not in force: its topics, state and positions.

Examples:
  ebb reset --shop demo --yes
  ebb reset --shop demo --dry-run --json
  ebb reset --topology category-partials --to start --dry-run
  ebb reset --topology client-profiles --to 2025-03-08T12:00Z`;

export function resetCommand(program: Command): void {
  withCommon(program.command('reset'), { shop: 'demo' })
    .description(
      'forget what was computed of a shop (topics, state, positions, tables, files), so that `ebb run` computes it again from the raw data; or put one topology back to a moment',
    )
    .option('--all', 'also forget the raw data: the shop is gone')
    .option('--topology <name>', 'only this one')
    .option(
      '--to <moment>',
      'with --topology: start; an event time such as 2025-03-08T12:00Z; or offsets: events/0=120,events/1=98',
    )
    .option(
      '--version <version>',
      'with --topology: another version than the one in force; without --to it is forgotten',
    )
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', HELP)
    .action(async (flags: ResetFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      if (flags.topology !== undefined) {
        if (flags.all === true) throw new ConfigError('--all is of a whole shop: leave --topology or --all out');
        await using place = await openWorkplace(config, 'existing');
        await resetTopology(place, { shop, topology: flags.topology, ...flags });
        return;
      }
      if (flags.to !== undefined || flags.version !== undefined)
        throw new ConfigError('--to and --version are of one topology: add --topology NAME');
      await using place = await openWorkplace(config, 'existing');
      const say = sayer(flags.json);
      const told = (deleted: number, kept: number): void => {
        if (flags.json === true) console.log(JSON.stringify({ shop, deleted, kept, dryRun: flags.dryRun === true }));
      };
      const mine = (name: string): boolean => name.startsWith(`${shop}.`);
      const markers = markersOf(shop);
      const standing = (await place.log.topics()).map(({ name }) => name).filter(mine);
      const topics = standing.filter((name) => name !== markers.computed && name !== markers.all);
      // Raw data may be gone already, with the positions of their sources still there.
      if (flags.all !== true && standing.includes(markers.all)) throw underReset(shop, true);
      const doomed = topics.filter((name) => flags.all === true || !truth.test(name.slice(shop.length + 1)));
      if (standing.length === 0) {
        say(`Shop ${shop} has nothing in ${config.data}.`);
        return told(0, 0);
      }
      const what = `${doomed.length} topics, the tables' rows and the files of shop ${shop} in ${config.data}${flags.all === true ? ', raw data included' : ''}`;
      if (flags.dryRun === true) {
        say(`Would delete ${what}.`);
        return told(doomed.length, topics.length - doomed.length);
      }
      if (flags.yes !== true) await confirm(`Delete ${what}?`);
      const marker = flags.all === true ? markers.all : markers.computed;
      await place.log.create([{ name: marker, partitions: 1, cleanup: 'compact' }]);
      const forgotten = (group: string): boolean =>
        mine(group) && (flags.all === true || !group.startsWith(`${shop}.source.`));
      try {
        await refuseRunning(place.log, [...(await place.log.members()).keys()].filter(forgotten));
      } catch (error) {
        // Nothing is under way yet.
        if (!standing.includes(marker) && error instanceof LogError && error.code === 'UNAVAILABLE')
          await place.log.delete([marker]);
        throw error;
      }
      await place.log.forget([...(await place.log.positions()).keys()].filter(forgotten));
      await using tables = await tablesIfThere(config);
      await emptyShop(tables, shop);
      await forgetFiles(config, shop);
      await place.log.delete(doomed);
      // Last: while it stands, nothing runs in the shop, and a reset that was cut short can be done again.
      await place.log.delete([markers.computed, markers.all]);
      const kept = topics.length - doomed.length;
      say(
        `Shop ${shop}: ${doomed.length} topics deleted, ${kept} kept. ${kept === 0 ? '' : `\`ebb run --shop ${shop} --until-caught-up\` computes the results again.`}`,
      );
      told(doomed.length, kept);
    });
}
