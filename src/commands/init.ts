import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { bold } from './terminal.ts';
import { version } from './version.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** In a clone; what is installed is compiled. */
const isClone = import.meta.url.endsWith('.ts');

class InitError extends Error {
  override readonly name = 'InitError';
}

interface InitFlags {
  readonly ebb?: string;
  readonly json?: boolean;
}

export function initCommand(program: Command): void {
  program
    .command('init')
    .description('write a new project: a topology of its own, its test and its schema')
    .argument('<name>', 'folder to make, which also names the project')
    .option('--ebb <spec>', 'what to depend on: a version, or the path of a packed package (default: this version)')
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', '\nExamples:\n  ebb init my-shop\n  ebb init my-shop --ebb ./ebb-streams-0.1.0.tgz')
    .action((name: string, flags: InitFlags) => {
      const folder = resolve(name);
      const project = basename(folder);
      if (!/^[a-z0-9][a-z0-9._-]*$/.test(project))
        throw new InitError(`a project's name has lower-case letters, digits, - and _: ${project} does not do`);
      if (existsSync(folder) && readdirSync(folder).length > 0)
        throw new InitError(`${name} is there and not empty: give the name of a new folder`);
      const ebb = specOf(flags.ebb, folder);
      mkdirSync(folder, { recursive: true });
      cpSync(join(root, 'template'), folder, { recursive: true });
      // Under its own name npm would take it for one of the package's, and leave out what it lists.
      renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'));
      change(join(folder, 'README.md'), (text) => text.replace('my-shop', project));
      change(join(folder, 'package.json'), (text) => {
        const { dependencies, ...all } = JSON.parse(text) as { readonly dependencies: object };
        const own = { ...all, name: project, dependencies: { ...dependencies, '@ebb/streams': ebb } };
        return `${JSON.stringify(own, null, 2)}\n`;
      });
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .sort();
      if (flags.json === true) console.log(JSON.stringify({ project, folder, ebb, files }));
      else
        console.log(
          `${bold(project, process.stdout)}: ${files.join(', ')}\n\nNext:\n  cd ${name}\n  npm install && npm test\n  npx ebb up --for 1m --customers 2000\n  npx ebb tail daily-spend --from start --limit 5`,
        );
    });
}

/** A path is written as the new folder sees it. */
function specOf(given: string | undefined, folder: string): string {
  const spec = given ?? (isClone ? join(root, `ebb-streams-${version}.tgz`) : `^${version}`);
  if (!spec.endsWith('.tgz')) return spec;
  if (existsSync(spec)) return `file:${relative(folder, resolve(spec))}`;
  throw new InitError(
    given === undefined
      ? `this Ebb is a clone, which is not installed by version: \`npm pack\` in ${root} makes a package of it`
      : `there is no package at ${spec}: give the path of a .tgz, or a version`,
  );
}

function change(file: string, to: (text: string) => string): void {
  writeFileSync(file, to(readFileSync(file, 'utf8')));
}
