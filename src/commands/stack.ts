import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { dockerReports, downInDocker, hasEngine, upInDocker } from '../../scripts/stack/compose.ts';
import { StackError } from '../../scripts/stack/error.ts';
import { downNatively, nativeReports, refuseObstacles, upNatively } from '../../scripts/stack/native.ts';
import type { Say } from '../../scripts/stack/say.ts';
import type { Setting } from '../../scripts/stack/service.ts';
import {
  alone,
  environmentOf,
  forget,
  isSame,
  type Mode,
  type Report,
  remember,
  rememberedStack,
  runningServices,
  type Stack,
  serviceNames,
  settings,
  wantedStack,
} from '../../scripts/stack/stack.ts';
import { wholeNumber } from './command.ts';
import { bold, dim, liveRegion, table } from './terminal.ts';

interface PlaceFlags {
  readonly dir: string;
  readonly json?: boolean;
}

type UpFlags = PlaceFlags & { readonly native?: boolean; readonly only: readonly string[] } & Readonly<
    Record<string, unknown>
  >;

const DEFAULT_DIR = join('.ebb', 'stack');

export function stackCommand(program: Command): void {
  const stack = program
    .command('stack')
    .description(
      'the real services, on this machine: Kafka, the schema registry, HDFS and MinIO, in Docker or without it',
    );
  const up = place(stack.command('up'))
    .description('start what is not running, and wait until all of it serves')
    .option('--native', 'without Docker, also where there is one')
    .addOption(
      new Option('--only <services>', `start some of ${serviceNames.join(',')}; what runs already stays`)
        .default(serviceNames, 'all')
        .argParser(servicesIn),
    );
  for (const { flag, description, fallback, kind } of settings)
    up.addOption(new Option(flag, `${description} (default ${fallback})`).argParser((text) => numberOf(text, kind)));
  up.addHelpText(
    'after',
    '\nThe first start downloads the servers. Settings are remembered with the data.\n\nExamples:\n  ebb stack up\n  ebb stack up --only kafka,registry\n  ebb stack up --brokers 3 --dir /tmp/three\n  eval "$(ebb stack status --env)"',
  ).action(upAction);
  place(stack.command('status'))
    .description('what runs where, and whether it serves; exit code 1 when something does not')
    .option('--env', 'print what to set in the environment instead, for a shell to evaluate')
    .addHelpText('after', '\nExamples:\n  ebb stack status\n  eval "$(ebb stack status --env)"')
    .action(statusAction);
  place(stack.command('down'))
    .description('stop the services and keep their data')
    .option('--wipe', 'remove the data as well')
    .addHelpText('after', '\nExamples:\n  ebb stack down\n  ebb stack down --wipe')
    .action(downAction);
}

function place(command: Command): Command {
  return command
    .option('--dir <dir>', 'directory of data, logs and settings', DEFAULT_DIR)
    .option('--json', 'print as JSON');
}

async function upAction(flags: UpFlags): Promise<void> {
  const dir = resolve(flags.dir);
  const say = speaker();
  const { stack, reports } = await alone(dir, async () => {
    const remembered = rememberedStack(dir);
    const mode: Mode = flags.native === true ? 'native' : (remembered?.mode ?? (hasEngine() ? 'docker' : 'native'));
    const running = remembered === undefined ? [] : runningServices(remembered, await reportsOf(remembered));
    const services = serviceNames.filter((name) => flags.only.includes(name) || running.includes(name));
    const stack = wantedStack({ dir, mode, services, values: valuesIn(flags) }, remembered);
    if (remembered !== undefined && !isSame(stack, remembered, running)) await refuseRunning(remembered);
    if (mode === 'native') refuseObstacles(stack);
    remember(stack);
    if (mode === 'native') await upNatively(stack, say);
    else await upInDocker(stack, say);
    return { stack, reports: await reportsOf(stack) };
  });
  if (flags.json === true) console.log(json(stack, reports));
  else console.log(`${reportText(reports)}\n\n${nextText(stack, flags.dir)}`);
}

async function statusAction(flags: PlaceFlags & { readonly env?: boolean }): Promise<void> {
  const stack = existing(flags);
  const reports = await reportsOf(stack);
  if (flags.env === true) console.log(exportText(stack));
  else console.log(flags.json === true ? json(stack, reports) : reportText(reports));
  if (reports.some(({ state }) => state !== 'healthy')) process.exitCode = 1;
}

async function downAction(flags: PlaceFlags & { readonly wipe?: boolean }): Promise<void> {
  const stack = existing(flags);
  const wiping = flags.wipe === true;
  await alone(stack.dir, async () => {
    if (stack.mode === 'docker') await downInDocker(stack, { wipe: wiping });
    else await downNatively(stack);
    if (wiping) await forget(stack);
  });
  const kept = wiping ? 'their data are removed' : `their data are kept in ${placeOf(stack, flags.dir)}`;
  console.log(
    flags.json === true ? JSON.stringify({ dir: stack.dir, wiped: wiping }) : `The services are down; ${kept}.`,
  );
}

/** @throws StackError CONFLICT when none was started there */
function existing({ dir }: PlaceFlags): Stack {
  const stack = rememberedStack(resolve(dir));
  if (stack === undefined) throw new StackError('CONFLICT', `There is no stack in ${dir}: ebb stack up makes one.`);
  return stack;
}

/** What runs is used by somebody: it keeps its ports and its number of brokers until it is stopped. */
async function refuseRunning(stack: Stack): Promise<void> {
  const running = (await reportsOf(stack)).filter(({ state }) => state !== 'down');
  if (running.length > 0)
    throw new StackError(
      'CONFLICT',
      `The stack in ${stack.dir} is running with other settings (${running.map(({ name, address }) => `${name} at ${address}`).join(', ')}). Stop it first: ebb stack down`,
    );
}

function reportsOf(stack: Stack): Promise<readonly Report[]> {
  return stack.mode === 'native' ? nativeReports(stack) : dockerReports(stack);
}

function valuesIn(flags: UpFlags): Readonly<Record<string, number>> {
  const given = settings.map(({ key }) => [key, flags[key]] as const);
  return Object.fromEntries(given.filter((pair): pair is readonly [string, number] => typeof pair[1] === 'number'));
}

function servicesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !serviceNames.includes(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`there is no service ${unknown}; the services are ${serviceNames.join(', ')}.`);
}

function numberOf(text: string, kind: Setting['kind']): number {
  const value = wholeNumber(text);
  if (kind === 'port') {
    if (value < 1 || value > 65_535) throw new InvalidArgumentError('a port is a number from 1 to 65535.');
  } else if (!kind.oneOf.includes(value)) throw new InvalidArgumentError(`it is one of ${kind.oneOf.join(', ')}.`);
  return value;
}

/** Lines stay; on a terminal, the state of a download moves below them. */
function speaker(): Say {
  let live = liveRegion();
  return {
    line(text) {
      live.done();
      live = liveRegion();
      process.stderr.write(`${text}\n`);
    },
    progress: (text) => live.show(dim(text, process.stderr)),
  };
}

function reportText(reports: readonly Report[]): string {
  const rows = reports.map(({ name, address, state, missing, pid, log }) => [
    name,
    address,
    state,
    pid === undefined ? '–' : String(pid),
    [missing, state === 'unhealthy' && log !== undefined ? `see ${log}` : undefined].filter(Boolean).join('; '),
  ]);
  return table(['service', 'address', 'state', 'process', ''], rows);
}

function nextText(stack: Stack, dir: string): string {
  return [
    `${bold(exportText(stack), process.stdout)}`,
    `Data and logs are in ${placeOf(stack, dir)}. \`ebb stack down${dir === DEFAULT_DIR ? '' : ` --dir ${dir}`}\` stops the services and keeps the data.`,
  ].join('\n');
}

function placeOf({ mode }: Stack, dir: string): string {
  return mode === 'native' ? dir : "Docker's volumes";
}

function exportText(stack: Stack): string {
  const pairs = Object.entries(environmentOf(stack)).map(([key, value]) => `${key}=${value}`);
  return `export ${pairs.join(' ')}`;
}

function json(stack: Stack, servers: readonly Report[]): string {
  const { dir, mode } = stack;
  return JSON.stringify({ dir, mode, servers, environment: environmentOf(stack) });
}
