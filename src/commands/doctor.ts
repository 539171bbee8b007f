import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { configOf, withCommon } from './command.ts';
import { brokersAnswer } from './doctor/brokers.ts';
import { type Check, type Checked, runChecks } from './doctor/check.ts';
import { logReachable, newestRecords } from './doctor/log.ts';
import { logFile } from './doctor/log-file.ts';
import { clock, dataDirectory, disk, nodeVersion } from './doctor/machine.ts';
import { groupsRead, leftovers, type Shop, topicsAsExpected } from './doctor/shop.ts';
import { mariadbTables } from './doctor/tables.ts';
import { shopsOf } from './shops.ts';
import { bold, dim, green, red, yellow } from './terminal.ts';
import { openWorkplace, pathsOf, type Workplace } from './workplace.ts';

const ofMachine: readonly Check<Config>[] = [nodeVersion, clock, dataDirectory, disk];
/** Where the log is a file. */
const ofEmbedded: readonly Check<Config>[] = [logFile];
/** Where it is a cluster. */
const ofCluster: readonly Check<Config>[] = [brokersAnswer];
const ofLog: readonly Check<Workplace>[] = [logReachable, newestRecords];
const ofShop: readonly Check<Shop>[] = [leftovers, topicsAsExpected, groupsRead];

export function doctorCommand(program: Command): void {
  withCommon(program.command('doctor'), { shop: 'all' })
    .description('check the machine, the log, the registry and the shops, and say what to do about what is wrong')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nIt changes nothing. The exit code is 1 when something fails.\n\nExamples:\n  ebb doctor\n  ebb doctor --shop demo --json',
    )
    .action(async (flags: { readonly json?: boolean }) => {
      const checked: Checked[] = [];
      for await (const one of examine(configOf({ ...flags }))) {
        checked.push(one);
        // At once: a check of what does not answer takes its time.
        if (flags.json !== true) console.log(lineOf(one));
      }
      if (flags.json === true) console.log(JSON.stringify(checked));
      if (checked.some(({ verdict }) => verdict === 'fail')) process.exitCode = 1;
    });
}

async function* examine(config: Config): AsyncGenerator<Checked> {
  const embedded = config.brokers === undefined;
  const ofTables = config.mariadbHost === undefined ? [] : [mariadbTables];
  const first = [...ofMachine, ...ofTables, ...(embedded ? ofEmbedded : ofCluster)];
  for await (const one of runChecks(first, config)) {
    yield one;
    // Without its brokers nothing else can be looked at.
    if (one.check === brokersAnswer.name && one.verdict === 'fail') return;
  }
  // Nothing is made by looking.
  if (embedded && !existsSync(pathsOf(config).log)) return;
  let place: Workplace;
  try {
    place = await openWorkplace(config, 'existing');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    yield { check: 'log', verdict: 'fail', found, todo: 'nothing runs without it' };
    return;
  }
  await using _closed = place;
  yield* runChecks(ofLog, place);
  const shops = config.shop === undefined ? await shopsOf(place.log).catch(() => []) : [config.shop];
  for (const shop of shops) yield* runChecks(ofShop, { place, shop }, shop);
}

function lineOf({ check, shop, verdict, found, todo }: Checked): string {
  const colour = { ok: green, warn: yellow, fail: red }[verdict];
  const what = shop === undefined ? check : `${check} of ${shop}`;
  const line = `${colour(verdict.padEnd(4), process.stdout)}  ${bold(what, process.stdout)}: ${found}`;
  return todo === undefined ? line : `${line}\n      ${dim(`→ ${todo}`, process.stdout)}`;
}
