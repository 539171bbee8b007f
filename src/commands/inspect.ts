import type { Command } from 'commander';
import { sampleFile } from '../../connectors/sources/sample.ts';
import { inspect } from '../../datasets/inspect.ts';
import { table } from './terminal.ts';

export function inspectCommand(program: Command): void {
  program
    .command('inspect')
    .description('look at the first rows of a file and propose a descriptor')
    .argument('<file>')
    .option('--json', 'print only the descriptor, to be saved and edited')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb inspect orders.csv\n  ebb inspect orders.csv --json > orders.json\n  ebb replay orders.csv --dataset orders.json --run',
    )
    .action(async (file: string, flags: { readonly json?: boolean }) => {
      const { descriptor, reasons } = inspect(await sampleFile(file));
      if (flags.json === true) {
        console.log(JSON.stringify(descriptor, undefined, 2));
        return;
      }
      console.log(
        table(
          ['', 'proposed because', ''],
          reasons.map(({ field, because, sure }) => [field, because, sure ? '' : 'check this']),
        ),
      );
      console.log(
        `\n${JSON.stringify(descriptor, undefined, 2)}\n\nSave it: ebb inspect ${file} --json > ${descriptor.name}.json`,
      );
    });
}
