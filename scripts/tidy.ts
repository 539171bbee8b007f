/** Prints every breach of the house rules that a formatter cannot see, and fails when there is one. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { importProblems, type SourceFile } from './tidy-imports.ts';
import { dependencyProblems, textProblems } from './tidy-text.ts';

const root = join(import.meta.dirname, '..');
const folders = 'src connectors topologies schemas datasets bench scripts nifi sql notebooks .ci'.split(' ');
const kinds = 'ts mjs js json avsc md sql yml yaml html css sh ipynb'.split(' ');
const skipped = /(^|\/)(node_modules|\.ebb|package-lock\.json)(\/|$)/;

function read(path: string): SourceFile {
  return { path: path.split(sep).join('/'), text: readFileSync(join(root, path), 'utf8') };
}

const patterns = [...folders.map((folder) => `${folder}/**/*.{${kinds.join()}}`), `*.{${kinds.join()}}`, '.ci/run'];
const files = globSync(patterns, { cwd: root })
  .filter((path) => !skipped.test(path))
  .sort()
  .map(read);
const readme = existsSync(join(root, 'README.md')) ? read('README.md').text : undefined;

const problems = [
  ...importProblems(files),
  ...textProblems(files),
  ...dependencyProblems(read('package.json').text, readme),
];
for (const { path, message } of problems) {
  process.stderr.write(`${path} ${message}\n`);
}
process.stdout.write(`tidy: ${files.length} files, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
