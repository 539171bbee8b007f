/** README's topology is written out, and its commands run, in a copy of the project: what it shows is what happens. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

interface Block {
  readonly language: string;
  /** The file that the block is, after the language. */
  readonly file: string | undefined;
  readonly text: string;
}

interface Command {
  readonly line: string;
  /** What is shown of its output; a line `…` stands for any lines. */
  readonly shown: readonly string[];
}

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const modules = join(root, 'node_modules');
let copy = '';

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'ebb-readme-'));
  const outside = /^(node_modules|\.git|\.ebb|\.ci|dist|api)$/;
  cpSync(root, copy, { recursive: true, filter: (path) => !outside.test(relative(root, path)) });
  symlinkSync(modules, join(copy, 'node_modules'), 'junction');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it('README does what it says, from the first file to a topology of one’s own', { timeout: 180_000 }, () => {
  const written: string[] = [];
  for (const block of blocksOf(readme)) {
    if (block.file === 'topologies/all.ts') addTo(block.file, block.text);
    else if (block.file !== undefined && block.language === 'diff') change(block.file, block.text);
    else if (block.file !== undefined) {
      writeFileSync(join(copy, block.file), block.text);
      written.push(block.file);
    }
    if (block.language !== 'console') continue;
    for (const { line, shown } of commandsOf(block.text))
      expect(outputOf(line), `$ ${line}`).toMatch(new RegExp(`^${shown.map(patternOf).join('')}$`));
  }
  expect(written.length).toBeGreaterThan(2);
  const errors = run([join(modules, 'typescript/bin/tsc'), '--noEmit', '--pretty', 'false']).split('\n');
  expect(errors.filter((error) => written.some((file) => error.startsWith(file)))).toEqual([]);
  expect(run([join(modules, '@biomejs/biome/bin/biome'), 'ci', ...written])).toContain('No fixes applied');
});

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language = '', file, body = '']) => ({
    language,
    file,
    text: body,
  }));
}

function commandsOf(text: string): readonly Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...shown] = part.trimEnd().split('\n');
      return { line, shown };
    });
}

/** Adds an import, and what it names to the list `analytics`, as README tells to. */
function addTo(file: string, statement: string): void {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]?.trim() ?? '';
  const text = readFileSync(join(copy, file), 'utf8');
  const changed = text.replace(/( analytics\b[^=]*= \[[^\]]*)\]/, `$1${names},\n]`);
  expect(changed).not.toBe(text);
  writeFileSync(join(copy, file), `${statement}${changed}`);
}

/** Makes a change that README shows as a diff; `@@` stands between its parts. */
function change(file: string, diff: string): void {
  let text = readFileSync(join(copy, file), 'utf8');
  for (const part of diff.split(/^@@\n/m)) {
    const lines = (without: string): string =>
      part.replace(new RegExp(`^\\${without}.*\\n`, 'gm'), '').replace(/^[ +-]/gm, '');
    expect(text.split(lines('+'))).toHaveLength(2);
    text = text.replace(lines('+'), () => lines('-'));
  }
  writeFileSync(join(copy, file), text);
}

/** npm and npx add seconds and lines of their own; what they would run is run. */
function outputOf(line: string): string {
  const [program, args] = [
    [/^npx ebb /, ['scripts/ebb.mjs']] as const,
    [/^npm run generate-types/, ['scripts/generate-types.ts']] as const,
    [/^npm test -- /, [join(modules, 'vitest/vitest.mjs'), 'run']] as const,
  ].find(([command]) => command.test(line)) ?? [undefined, []];
  if (program === undefined) throw new Error(`README has a command that this test does not know: ${line}`);
  const [command = '', target] = line.replace(program, '').split(/ > (?=\S+$)/);
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const output = run([...args, ...words]);
  if (target === undefined) return output;
  writeFileSync(join(copy, target), output);
  return '';
}

function run(args: readonly string[]): string {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|EBB_|NODE_OPTIONS|npm_lifecycle)/.test(name)),
  );
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, env: environment, encoding: 'utf8' });
  return stripVTControlCharacters(`${stdout}${stderr}`).replace(/[ \t]+$/gm, '');
}

/** A line as it is shown; how long things took is not compared, nor the order of the records of a topic. */
function patternOf(line: string): string {
  if (line === '…') return '(?:.*\\n)*?';
  if (line.startsWith('seconds')) return 'seconds.*\\n';
  // Which records come first depends on when commits fell.
  if (/^\d+\/\d+ /.test(line)) return '\\d+/\\d+ \\w+ \\{"country":.*\\}\\n';
  return `${line.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\\n`;
}
