/** Who may import what (ARCHITECTURE.md), no cycles, and no clock or I/O where the core is. Pure: files in, problems out. */
import { posix } from 'node:path';

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Problem {
  readonly path: string;
  readonly message: string;
}

export interface Import {
  /** As written: a package, `node:…`, or a relative path. */
  readonly specifier: string;
  /** A project file's path, when `specifier` is relative. */
  readonly target: string | undefined;
  readonly names: readonly string[];
  /** `import type`: gone when the program runs. */
  readonly typeOnly: boolean;
}

const port = ['src/log/log.ts', 'src/log/partition.ts'];
/** What connectors and the dashboard share with the engine: what a topic and a tick are. */
const vocabulary = ['src/engine/topic.ts', 'src/engine/tick.ts'];
const anything = [''];

/** The first prefix that fits a file decides which prefixes it may import, besides its own. */
const arrows: readonly (readonly [from: string, to: readonly string[]])[] = [
  ['src/cli.ts', ['src/commands/', 'src/config.ts']],
  ['src/commands/', anything],
  [
    'src/index.ts',
    ['src/engine/', 'src/log/', 'src/avro/', 'src/churn/', 'schemas/', 'connectors/', 'topologies/', 'datasets/'],
  ],
  ['src/testing.ts', ['src/engine/testing', 'topologies/']],
  ['src/config.ts', []],
  ['src/log/log.ts', []],
  ['src/log/partition.ts', []],
  ['src/log/', []],
  ['src/avro/', []],
  ['src/engine/', [...port, 'src/avro/', 'schemas/']],
  ['src/operations/', ['src/engine/events.ts', 'src/engine/status.ts', 'src/engine/counters.ts']],
  [
    'src/dashboard/',
    [...port, ...vocabulary, 'src/avro/', 'src/trace/', 'schemas/', 'datasets/civil.ts', 'datasets/zone.ts'],
  ],
  ['src/trace/', [...port, ...vocabulary, 'src/avro/', 'schemas/', 'datasets/', 'topologies/']],
  ['src/churn/', ['schemas/', 'datasets/civil.ts', 'datasets/minor-digits.ts']],
  ['connectors/', [...port, ...vocabulary, 'src/avro/', 'schemas/', 'datasets/']],
  ['topologies/', ['src/engine/', 'src/churn/', 'schemas/', 'datasets/']],
  ['datasets/', ['schemas/', 'src/engine/topic.ts']],
  ['nifi/', ['datasets/', 'schemas/', 'src/engine/topic.ts']],
  ['schemas/', ['src/engine/topic.ts']],
  ['bench/', anything],
  ['grafana/', []],
  ['scripts/', anything],
];

/** These, and everything they import, do no I/O and read no clock. */
const pureRoots = ['src/engine/task.ts', 'src/churn/', 'topologies/'];
const impure =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\bcrypto\.|\bfetch\(|\bconsole\./;

const statelessOperators = new Set(
  'map filter mergeMap concatMap partition merge tap share identity pipe EMPTY of from'.split(' '),
);

export function importProblems(files: readonly SourceFile[]): readonly Problem[] {
  const modules = files.filter(({ path }) => path.endsWith('.ts') && !isTest(path));
  const imports = new Map(modules.map((file) => [file.path, importsOf(file)]));
  return [
    ...modules.flatMap(({ path }) => arrowProblems(path, imports.get(path) ?? [])),
    ...modules.flatMap(({ path }) => operatorProblems(path, imports.get(path) ?? [])),
    ...purityProblems(modules, imports),
    ...cycleProblems(imports),
  ];
}

/** Tests, the programs they kill (`x.child.ts`) and contract suites use real parts from everywhere. */
function isTest(path: string): boolean {
  return /\.(test|child|testing)\.ts$|(^|\/)contract(-\w+)?\.ts$/.test(path);
}

const statement = /^(?:import|export)\s+(type\s)?\s*(?:([^;'"]*?)\s*from\s*)?['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf({ path, text }: SourceFile): readonly Import[] {
  const code = withoutComments(text);
  const fixed = [...code.matchAll(statement)].map(([, type, clause, specifier = '']) => ({
    specifier,
    target: targetOf(path, specifier),
    names: namesIn(clause ?? ''),
    typeOnly: type !== undefined,
  }));
  const late = [...code.matchAll(dynamic)].map(([, specifier = '']) => ({
    specifier,
    target: targetOf(path, specifier),
    names: [],
    typeOnly: false,
  }));
  return [...fixed, ...late];
}

function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

/** `{ map, type Observable, of as one }` → `map`, `of`. */
function namesIn(clause: string): readonly string[] {
  const list = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  const names = list.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '' && !name.startsWith('type ')).map((name) => name.replace(/\s+as\s.*$/, ''));
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/([;{,)\s])\/\/\s.*$/gm, '$1');
}

function arrowProblems(path: string, imports: readonly Import[]): readonly Problem[] {
  const arrow = arrows.find(([from]) => path.startsWith(from));
  if (arrow === undefined) {
    return [];
  }
  const [from, to] = arrow;
  const own = from.endsWith('/') ? from : path;
  return imports.flatMap(({ target }) =>
    target === undefined || [own, ...to].some((prefix) => target.startsWith(prefix))
      ? []
      : [{ path, message: `imports ${target}; ${from} may import only ${[...to, 'its own files'].join(', ')}` }],
  );
}

function operatorProblems(path: string, imports: readonly Import[]): readonly Problem[] {
  if (!path.startsWith('topologies/')) {
    return [];
  }
  const values = imports.filter(({ specifier, typeOnly }) => /^rxjs(\/|$)/.test(specifier) && !typeOnly);
  return values
    .flatMap(({ names }) => names)
    .filter((name) => !statelessOperators.has(name))
    .map((name) => ({
      path,
      message: `imports rxjs ${name}, whose memory would be lost in a crash: use keep.*, or ${[...statelessOperators].join(' ')}`,
    }));
}

function purityProblems(
  modules: readonly SourceFile[],
  imports: ReadonlyMap<string, readonly Import[]>,
): readonly Problem[] {
  const reached = new Map<string, string>();
  const queue = modules.map(({ path }) => path).filter((path) => pureRoots.some((root) => path.startsWith(root)));
  for (const path of queue) {
    reached.set(path, path);
  }
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const { target, typeOnly } of imports.get(path) ?? []) {
      if (target !== undefined && !typeOnly && !reached.has(target)) {
        reached.set(target, reached.get(path) ?? path);
        queue.push(target);
      }
    }
  }
  return modules.flatMap(({ path, text }) => {
    const root = reached.get(path);
    if (root === undefined) {
      return [];
    }
    const where = root === path ? '' : ` (${root} imports it)`;
    const node = (imports.get(path) ?? []).filter(
      ({ specifier, typeOnly }) => specifier.startsWith('node:') && !typeOnly,
    );
    const found = impure.exec(withoutComments(text))?.[0];
    return [
      ...node.map(({ specifier }) => ({ path, message: `imports ${specifier}, but must do no I/O${where}` })),
      ...(found === undefined
        ? []
        : [{ path, message: `uses ${found}, but must do no I/O and read no clock${where}` }]),
    ];
  });
}

/** Depth first; a module met again on the way down closes a cycle. */
function cycleProblems(imports: ReadonlyMap<string, readonly Import[]>): readonly Problem[] {
  const problems: Problem[] = [];
  const done = new Set<string>();
  const way: string[] = [];

  function visit(path: string): void {
    const at = way.indexOf(path);
    if (at >= 0) {
      problems.push({ path, message: `imports itself: ${[...way.slice(at), path].join(' → ')}` });
      return;
    }
    if (done.has(path)) {
      return;
    }
    way.push(path);
    for (const { target, typeOnly } of imports.get(path) ?? []) {
      if (target !== undefined && !typeOnly) {
        visit(target);
      }
    }
    way.pop();
    done.add(path);
  }

  for (const path of imports.keys()) {
    visit(path);
  }
  return problems;
}
