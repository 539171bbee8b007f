import { type Command, InvalidArgumentError } from 'commander';
import { loadDescriptor } from '../../datasets/load.ts';
import { parametersOf } from '../../nifi/parameters.ts';
import { type Config, ConfigError } from '../config.ts';
import { configOf } from './command.ts';
import { type Nifi, openNifi } from './nifi/client.ts';
import { type GroupState, readRoot, stateOf, versionOf } from './nifi/groups.ts';
import { install } from './nifi/install.ts';
import { red, table } from './terminal.ts';

interface InstallFlags {
  readonly dataset: string;
  readonly shop?: string;
  readonly streamShop?: string;
  readonly set: ReadonlyMap<string, string>;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** Some component cannot run. */
const INVALID = 1;
/** What the flow's groups are called begins so. */
const OURS = 'Ebb: ';

export function nifiCommand(program: Command): void {
  const nifi = program.command('nifi').description('the flow of nifi/ in a running Apache NiFi, 1.x or 2.x');
  withAddress(nifi.command('install'))
    .description('load the flow, enable its services and start it; say what is not valid, and why')
    .option('--dataset <name|file>', 'of the files that it takes', 'online-retail')
    .option('--shop <name>', 'where the rows go (default: the name of the dataset)')
    .option('--stream-shop <name>', 'where live events go (default demo)')
    .option('--set <name=value>', 'a parameter, such as kafka.brokers=broker:9092; may be repeated', setting, new Map())
    .option('--replace', 'take a group of the same name away first; NiFi refuses while FlowFiles wait in it')
    .addHelpText(
      'after',
      `\nThe exit code is ${INVALID} when a component is invalid. Make the topics first: \`ebb topics create\`.\n\nExamples:\n  ebb nifi install --set kafka.brokers=localhost:9092 --set batch.input.dir=/srv/in\n  EBB_NIFI_PASSWORD=… ebb nifi install --url https://localhost:8443 --user admin --ca nifi.pem`,
    )
    .action(installAction);
  withAddress(nifi.command('status'))
    .description('what of the flow runs, what waits, and what is not valid')
    .addHelpText('after', '\nExamples:\n  ebb nifi status --url http://localhost:8080')
    .action(async (flags: { readonly json?: boolean }) => {
      const { version, states } = await statesIn((await open(flags)).nifi);
      if (flags.json === true) console.log(JSON.stringify({ version, groups: states }));
      else
        console.log(
          states.length === 0 ? `NiFi ${version} has no flow of Ebb's: \`ebb nifi install\`` : statesText(states),
        );
      for (const state of states) sayInvalid(state);
    });
}

function withAddress(command: Command): Command {
  return command
    .option('--url <url>', 'address of NiFi (default http://localhost:8080)')
    .option('--user <name>', 'who logs in, with EBB_NIFI_PASSWORD; without it NiFi is asked as nobody')
    .option('--ca <file>', 'certificate (PEM) of the authority that signed NiFi’s')
    .option('--json', 'as JSON');
}

/** @throws InvalidArgumentError */
function setting(text: string, so: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('a parameter is set by name=value.');
  return new Map([...so, [text.slice(0, at), text.slice(at + 1)]]);
}

async function open(flags: object): Promise<{ readonly nifi: Nifi; readonly config: Config }> {
  const { url, user, ca }: { readonly url?: string; readonly user?: string; readonly ca?: string } = flags;
  const config: Config = configOf({ nifiUrl: url, nifiUser: user, nifiCa: ca });
  const { nifiUrl, nifiUser, nifiPassword, nifiCa } = config;
  return { nifi: await openNifi({ url: nifiUrl, user: nifiUser, password: nifiPassword, ca: nifiCa }), config };
}

async function installAction(flags: InstallFlags): Promise<void> {
  const descriptor = await loadDescriptor(flags.dataset);
  const options = {
    ...{ descriptor, values: flags.set },
    ...(flags.shop === undefined ? {} : { shop: flags.shop }),
    ...(flags.streamShop === undefined ? {} : { streamShop: flags.streamShop }),
  };
  const names = parametersOf(options).map(({ name }) => name);
  for (const name of flags.set.keys())
    if (!names.includes(name))
      throw new ConfigError(`--set: the flow has no parameter ${name}: they are ${names.join(', ')}`);
  const { nifi, config } = await open(flags);
  const { version, wasThere, state } = await install(nifi, {
    flow: options,
    replace: flags.replace === true,
    patience: config.nifiPatience * 1000,
    onStep: (step) => console.error(`${step}…`),
  });
  if (flags.json === true) console.log(JSON.stringify({ version, wasThere, ...state }));
  else {
    const how = wasThere ? 'was there, and is as it was (--replace takes it away first)' : 'is loaded';
    console.log(`${state.name} ${how}.\n${statesText([state])}`);
  }
  sayInvalid(state);
}

async function statesIn(nifi: Nifi) {
  const { version } = await versionOf(nifi);
  const { groups } = await readRoot(nifi);
  const own = groups.filter(({ name }) => name.startsWith(OURS));
  return { version, states: await Promise.all(own.map((group) => stateOf(nifi, group))) };
}

function statesText(states: readonly GroupState[]): string {
  return table(
    ['group', 'processors running', 'services enabled', 'FlowFiles waiting', 'invalid'],
    states.map(({ name, processors, services, queued, invalid }) => [
      ...[name, `${processors.running} of ${processors.of}`, `${services.enabled} of ${services.of}`],
      ...[queued, invalid.length],
    ]),
  );
}

function sayInvalid({ invalid }: GroupState): void {
  for (const { kind, name, type, errors } of invalid)
    console.error(
      red(`${kind} ${name} (${type.slice(type.lastIndexOf('.') + 1)}): ${errors.join('; ')}`, process.stderr),
    );
  if (invalid.length > 0) process.exitCode = INVALID;
}
