import { describe, expect, it } from 'vitest';
import { importProblems, importsOf, type Problem } from './tidy-imports.ts';
import { dependencyProblems, textProblems } from './tidy-text.ts';

/** Problems as `path: message`, of files given as path → text. */
const imports = (files: Readonly<Record<string, string>>) => lines(importProblems(sources(files)));
const texts = (files: Readonly<Record<string, string>>) => lines(textProblems(sources(files)));
const sources = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => ({ path, text }));
const lines = (problems: readonly Problem[]) => problems.map(({ path, message }) => `${path}: ${message}`);

describe('imports', () => {
  it('finds them however they are written', () => {
    const text = `
      import type { A } from './a.ts';
      import { b, type C, d as e } from '../b.ts';
      import f from 'f';
      import {
        g,
      } from 'g';
      import 'h';
      export { i } from './i.ts';
      export * from './j.ts';
      const k = await import('./k.ts');
      // import l from 'l';
      /* import m from 'm'; */
      export const n = 'from nowhere';
    `.replaceAll('\n      ', '\n');
    const found = importsOf({ path: 'src/x/y.ts', text });
    expect(found.map(({ specifier }) => specifier)).toEqual('./a.ts ../b.ts f g h ./i.ts ./j.ts ./k.ts'.split(' '));
    expect(found.filter(({ typeOnly }) => typeOnly).map(({ target }) => target)).toEqual(['src/x/a.ts']);
    expect(found[1]).toMatchObject({ target: 'src/b.ts', names: ['b', 'd'] });
  });

  it.each([
    ['src/log/embedded.ts', '../engine/task.ts'],
    ['src/avro/codec.ts', '../log/log.ts'],
    ['src/engine/runner.ts', '../log/embedded.ts'],
    ['src/engine/runner.ts', '../../connectors/sinks/sink.ts'],
    ['connectors/sinks/sqlite.ts', '../../src/log/embedded.ts'],
    ['connectors/sinks/sqlite.ts', '../../src/engine/task.ts'],
    ['topologies/sales.ts', '../src/avro/serde.ts'],
    ['datasets/cdnow.ts', '../src/engine/topology.ts'],
    ['src/cli.ts', './log/embedded.ts'],
    ['src/churn/label.ts', '../engine/topic.ts'],
  ])('%s may not import %s', (path, target) => {
    expect(imports({ [path]: `import { x } from '${target}';` })).toHaveLength(1);
  });

  it.each([
    ['src/commands/up.ts', '../log/embedded.ts'],
    ['src/engine/runner.ts', '../log/log.ts'],
    ['connectors/sinks/sqlite.ts', '../../src/log/log.ts'],
    ['topologies/sales.ts', '../src/engine/topology.ts'],
    ['src/cli.ts', './commands/up.ts'],
    ['src/engine/testing.test.ts', '../log/embedded.ts'],
    ['bench/log.ts', '../src/log/embedded.ts'],
  ])('%s may import %s', (path, target) => {
    expect(imports({ [path]: `import { x } from '${target}';` })).toEqual([]);
  });

  it('forbids topologies the operators that remember or wait', () => {
    const text = "import { map, scan, type Observable, debounceTime as wait } from 'rxjs';";
    const found = imports({ 'topologies/sales.ts': text });
    expect(found).toEqual([expect.stringContaining('rxjs scan'), expect.stringContaining('rxjs debounceTime')]);
    expect(imports({ 'src/engine/keep.ts': text })).toEqual([]);
  });

  it('keeps clock and I/O out of the task and whatever it imports', () => {
    const found = imports({
      'src/engine/task.ts': "import { x } from './store.ts';\nimport type { Y } from './types.ts';",
      'src/engine/store.ts': "import { readFileSync } from 'node:fs';\nexport const x = Date.now();",
      'src/engine/types.ts': 'export const now = Date.now();',
    });
    expect(found).toEqual([
      expect.stringMatching(/^src\/engine\/store.ts: imports node:fs.*task\.ts imports it/),
      expect.stringMatching(/^src\/engine\/store.ts: uses Date\.now/),
    ]);
  });

  it('lets a comment speak of the clock, and a date be made of a number', () => {
    const text = '/** Not Date.now(): */\nexport const day = (ms: number) => new Date(ms); // unlike setTimeout';
    expect(imports({ 'src/churn/day.ts': text })).toEqual([]);
  });

  it('finds a cycle, unless types alone make it', () => {
    const cycle = {
      'src/avro/a.ts': "import { b } from './b.ts';",
      'src/avro/b.ts': "import { c } from './c.ts';",
      'src/avro/c.ts': "import { a } from './a.ts';",
    };
    expect(imports(cycle)).toEqual([
      'src/avro/a.ts: imports itself: src/avro/a.ts → src/avro/b.ts → src/avro/c.ts → src/avro/a.ts',
    ]);
    expect(imports({ ...cycle, 'src/avro/c.ts': "import type { a } from './a.ts';" })).toEqual([]);
  });
});

describe('text', () => {
  it.each(['src/utils.ts', 'src/log/lease-manager.ts', 'src/helpers/x.ts', 'src/common.test.ts'])(
    'refuses the name %s',
    (path) => {
      expect(texts({ [path]: '' })).toHaveLength(1);
    },
  );

  it('refuses files of more than 300 lines, generated ones excepted', () => {
    const long = 'x\n'.repeat(301);
    expect(texts({ 'src/a.ts': long, 'schemas/generated.ts': long, 'src/b.ts': 'x\n'.repeat(300) })).toEqual([
      'src/a.ts: has 301 lines: more than 300, so more than one idea',
    ]);
  });

  it('refuses what is unfinished', () => {
    expect(texts({ 'src/a.ts': `\n// ${'TO'}${'DO'}: later` })).toEqual([expect.stringMatching(/^src\/a\.ts:2: says/)]);
  });

  it.each(['it', 'describe', 'test.concurrent'])('refuses tests switched off or alone: %s', (name) => {
    expect(texts({ 'src/a.test.ts': `${name}.${'skip'}('x', () => {});` })).toHaveLength(1);
    expect(texts({ 'src/a.test.ts': `${name}.${'only'}('x', () => {});` })).toHaveLength(1);
    expect(texts({ 'src/a.test.ts': `${name}.skipIf(absent)('x', () => {});` })).toEqual([]);
  });

  it('refuses paths of one machine, and lets addresses and relative paths be', () => {
    expect(texts({ 'src/a.ts': `const path = '${'/home'}/someone/data';` })).toHaveLength(1);
    expect(texts({ 'src/a.ts': "const a = 'https://example.org/home/x', b = '../work/x', c = './root/x';" })).toEqual(
      [],
    );
  });

  it('wants every runtime dependency in a table of README', () => {
    const packageJson = JSON.stringify({
      dependencies: { rxjs: '1', 'csv-parse': '1' },
      devDependencies: { vitest: '1' },
    });
    const readme = 'csv-parse is good\n\n| package | why |\n|---|---|\n| [`rxjs`](https://rxjs.dev) | streams |\n';
    expect(lines(dependencyProblems(packageJson, readme))).toEqual([expect.stringContaining('csv-parse')]);
    expect(dependencyProblems(packageJson, `${readme}| \`csv-parse\` | csv |\n`)).toEqual([]);
    expect(lines(dependencyProblems(packageJson, undefined))).toEqual(['README.md: is missing']);
  });
});
