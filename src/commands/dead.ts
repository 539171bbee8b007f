import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { configOf, untilSignalled, wholeNumber, withCommon } from './command.ts';
import { type DeadRecord, deadRecord, deadRecords, onLog, valueAt } from './dead/records.ts';
import { NotResentError, resend } from './dead/resend.ts';
import { plain } from './plain.ts';
import { bold, count, dim, moment, table } from './terminal.ts';
import { openWorkplace } from './workplace.ts';

interface ListFlags {
  readonly topology?: string;
  readonly code?: string;
  readonly limit: number;
  readonly json?: boolean;
}

interface ShowFlags {
  readonly value?: boolean;
  readonly json?: boolean;
}

interface ResendFlags {
  readonly asIs?: boolean;
  readonly json?: boolean;
}

const shown = 50;

export function deadCommand(program: Command): void {
  const dead = program
    .command('dead')
    .description('records that somebody refused: why, and how to send them again corrected');
  withCommon(dead.command('list', { isDefault: true }), { shop: 'demo' })
    .description('which records were refused, by whom, and why')
    .option('--topology <name>', 'only those that it refused')
    .option('--code <code>', 'only those refused for this reason, such as BAD_TIME')
    .option('--limit <n>', 'so many at most', wholeNumber, shown)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  ebb dead --shop online-retail\n  ebb dead list --code BAD_TIME --json')
    .action(async (flags: ListFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const found = (await deadRecords(await onLog(place, shop))).filter(({ letters }) =>
        letters.some(isWanted(flags)),
      );
      const records = found.slice(0, flags.limit);
      console.log(flags.json === true ? JSON.stringify(records.map(forJson)) : listText(shop, records, found.length));
    });
  withCommon(dead.command('show'), { shop: 'demo' })
    .description('one record: who refused it, why, and what it holds')
    .argument('<id>', 'as `ebb dead` shows it')
    .option('--value', 'only what it holds, to be saved, corrected and sent again')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb dead show raw.online-retail/2/117 --shop online-retail\n  ebb dead show raw.online-retail/2/117 --shop online-retail --value > row.json',
    )
    .action(async (id: string, flags: ShowFlags) => {
      const config = configOf({ ...flags });
      await using place = await openWorkplace(config, 'existing');
      const on = await onLog(place, config.shop ?? 'demo');
      const record = await deadRecord(on, id);
      const value = (await valueAt(on, record.place)) ?? null;
      if (flags.value === true) console.log(JSON.stringify(value, plain, 2));
      else if (flags.json === true) console.log(JSON.stringify({ ...forJson(record), value }, plain));
      else console.log(showText(record, value));
    });
  withCommon(dead.command('resend'), { shop: 'demo' })
    .description('send a record again to the topic that it came in by, once, however often this is said')
    .argument('<id>', 'as `ebb dead` shows it')
    .argument('[edited]', 'file with the corrected value, as JSON; -: standard input')
    .option('--as-is', 'unchanged, after a correction of the code')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nA row that would be refused again is not sent. It is as old as it is: it goes into profiles and into hours that are still\nopen; for hours that have closed it is late, and in <topology>.late.\n\nExamples:\n  ebb dead resend raw.online-retail/2/117 row.json --shop online-retail\n  ebb dead resend synthetic.transactions/0/12 --as-is',
    )
    .action(async (id: string, edited: string | undefined, flags: ResendFlags) => {
      if ((edited === undefined) === (flags.asIs !== true))
        throw new NotResentError(
          `what is to be sent? Give a file with the corrected value (\`ebb dead show ${id} --value\` prints it), or --as-is`,
        );
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      const value = edited === undefined ? undefined : parsed(edited);
      await using place = await openWorkplace(config, 'existing');
      await resend({ place, shop, id, value, signal: untilSignalled(), now: Date.now });
      console.log(
        flags.json === true
          ? JSON.stringify({ shop, id, resent: true })
          : `${id} is sent again: \`ebb run --shop ${shop} --until-caught-up\` takes it in.`,
      );
    });
}

function isWanted({ topology, code }: ListFlags) {
  return (letter: DeadRecord['letters'][number]): boolean =>
    (topology === undefined || letter.topology === topology) && (code === undefined || letter.code === code);
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new NotResentError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function forJson({ id, place, letters, resentAt }: DeadRecord) {
  return { id, ...place, letters, resentAt: resentAt === null ? null : new Date(resentAt).toISOString() };
}

function listText(shop: string, records: readonly DeadRecord[], all: number): string {
  if (all === 0) return `Shop ${shop} has no such dead records.`;
  const rows = records.flatMap(({ id, letters, resentAt }) =>
    letters.map(({ topology, code, message }) => [
      id,
      topology,
      code,
      message,
      resentAt === null ? '' : moment(resentAt),
    ]),
  );
  const more = all > records.length ? [`${count(all - records.length)} more: --limit ${all}`] : [];
  const next = `\`ebb dead show ID --shop ${shop}\` shows one, \`ebb dead resend\` sends it again corrected`;
  return [
    table(['record', 'refused by', 'code', 'why', 'sent again'], rows),
    '',
    ...more,
    dim(next, process.stdout),
  ].join('\n');
}

function showText({ id, letters, resentAt }: DeadRecord, value: unknown): string {
  return [
    bold(id, process.stdout),
    ...letters.map(({ topology, code, message }) => `${topology} refused it: ${code}: ${message}`),
    ...(resentAt === null ? [] : [`corrected and sent again ${moment(resentAt)}`]),
    '',
    value === null ? 'It cannot be read: its bytes are in the table dead_letters.' : JSON.stringify(value, plain, 2),
  ].join('\n');
}
