import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { datasets, loadDescriptor } from '../../datasets/load.ts';
import { type Origin, origins } from '../../datasets/origins.ts';
import { untilSignalled } from './command.ts';
import { fetchFile } from './datasets/fetch-file.ts';
import { bar, bold, count, liveRegion, table } from './terminal.ts';

/** There is no address from which it could be fetched. */
const BY_HAND = 1;

export function datasetsCommand(program: Command): void {
  const command = program
    .command('datasets')
    .description('the datasets that Ebb knows by name, and where they come from');
  command
    .command('list', { isDefault: true })
    .description('all of them, and under which licence')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  ebb datasets')
    .action(listAction);
  command
    .command('get')
    .description('fetch a dataset from where it is published, and hold it against its checksum; or say how to get it')
    .argument('<name>', 'such as online-retail')
    .option('--to <file>', 'where to (default: its name, in this directory)')
    .option('--from <url>', 'a mirror of the same file')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nThe exit code is ${BY_HAND} for datasets that can only be got by hand.\n\nExamples:\n  ebb datasets get online-retail`,
    )
    .action(getAction);
}

function listAction({ json }: { readonly json?: boolean }): void {
  const all = [...datasets.values()].map((descriptor) => ({ descriptor, origin: origins.get(descriptor.name) }));
  if (json === true) {
    console.log(JSON.stringify(all.map(({ descriptor, origin }) => ({ ...descriptor, origin }))));
    return;
  }
  const rows = all.map(({ descriptor: { name, title }, origin }) => [name, title, origin?.licence ?? '']);
  console.log(table(['name', 'what it is', 'licence'], rows));
}

interface GetFlags {
  readonly to?: string;
  readonly from?: string;
  readonly json?: boolean;
}

async function getAction(name: string, { to, from, json = false }: GetFlags): Promise<void> {
  // Knows what to say of a name that there is not.
  const descriptor = await loadDescriptor(name);
  const origin = origins.get(descriptor.name);
  if (origin?.file === undefined) {
    if (origin !== undefined) console.log(json ? JSON.stringify(origin) : byHand(descriptor.name, origin));
    process.exitCode = BY_HAND;
    return;
  }
  const { url, name: file, sha256 } = origin.file;
  const target = to ?? file;
  if (existsSync(target)) console.error(`${target} is there, and will be replaced once the new one is whole.`);
  const live = liveRegion();
  const onProgress = (done: number, total: number | undefined): void =>
    live.show(`${bold(file, process.stderr)}  ${total === undefined ? '' : bar(done, total)}  ${count(done)} bytes`);
  try {
    const { bytes } = await fetchFile({ url: from ?? url, to: target, sha256, signal: untilSignalled(), onProgress });
    live.done();
    if (json) return console.log(JSON.stringify({ file: target, bytes, sha256, ...origin }));
    console.log(`${target}: ${count(bytes)} bytes, and the SHA-256 that is known of it. Licence: ${origin.licence}.`);
    console.log(`Now ${origin.next}; then \`ebb replay FILE --dataset ${descriptor.name} --run\`.`);
  } finally {
    live.done();
  }
}

function byHand(name: string, { page, licence, next }: Origin): string {
  return `There is no address from which ${name} could be fetched and checked.\n${page}\nLicence: ${licence}.\nWhat to do: ${next}; then \`ebb replay FILE --dataset ${name} --run\`.`;
}
