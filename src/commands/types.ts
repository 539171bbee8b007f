import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { typesOf } from '../avro/types.ts';

class TypesError extends Error {
  override readonly name = 'TypesError';
}

interface TypesFlags {
  readonly check?: boolean;
  readonly json?: boolean;
}

export function typesCommand(program: Command): void {
  program
    .command('types')
    .description('write the TypeScript types of a folder of Avro schemas, in generated.ts beside them')
    .argument('[folder]', 'where the *.avsc are', 'schemas')
    .option('--check', 'write nothing: the exit code is 1 when generated.ts is not what it should be')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExamples:\n  ebb types schemas\n  ebb types schemas --check')
    .action((folder: string, flags: TypesFlags) => {
      const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.avsc')) : [];
      if (files.length === 0) throw new TypesError(`there are no *.avsc in ${folder}: name the folder that has them`);
      const types = typesOf(
        files.sort().map((file) => parsed(join(folder, file))),
        '@ebb/streams',
      );
      const target = join(folder, 'generated.ts');
      const same = existsSync(target) && readFileSync(target, 'utf8') === types;
      if (flags.check === true && !same) process.exitCode = 1;
      if (flags.check !== true) writeFileSync(target, types);
      if (flags.json === true) console.log(JSON.stringify({ file: target, schemas: files, same }));
      else if (flags.check !== true) console.log(`Wrote ${target}`);
      else console.log(same ? `${target} is up to date` : `${target} is not: \`ebb types ${folder}\` writes it`);
    });
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TypesError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
