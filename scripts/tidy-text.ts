/** Names, lengths and words that have no place in the project. Pure: files in, problems out. */
import type { Problem, SourceFile } from './tidy-imports.ts';

const longest = 300;
const emptyNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'managers', 'misc']);

/** Spelled apart, so that this file does not find itself. */
const unfinished = new RegExp(
  `\\b(${['TO', 'FIX'].map((start) => `${start}${start === 'TO' ? 'DO' : 'ME'}`).join('|')})\\b`,
);
const machinePath = /(?<![\w.~:/-])\/(?:work|home|root|Users)\/[\w.]/;
const switchedOff = /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo)\b/;

export function textProblems(files: readonly SourceFile[]): readonly Problem[] {
  return files.flatMap((file) => [...nameProblems(file), ...lengthProblems(file), ...wordProblems(file)]);
}

function nameProblems({ path }: SourceFile): readonly Problem[] {
  const words = path.split(/[/.-]/).filter((word) => emptyNames.has(word));
  return words.map((word) => ({ path, message: `is called ${word}, which says nothing: name it for its one idea` }));
}

function lengthProblems({ path, text }: SourceFile): readonly Problem[] {
  const lines = text.split('\n').length - 1;
  const counts = /\.(ts|mjs)$/.test(path) && !path.endsWith('generated.ts');
  return counts && lines > longest
    ? [{ path, message: `has ${lines} lines: more than ${longest}, so more than one idea` }]
    : [];
}

function wordProblems({ path, text }: SourceFile): readonly Problem[] {
  const isTest = path.endsWith('.test.ts');
  return text.split('\n').flatMap((line, index) => {
    const at = `${path}:${index + 1}`;
    const problems: Problem[] = [];
    const found = (pattern: RegExp, say: (word: string) => string) => {
      const word = pattern.exec(line)?.[0];
      if (word !== undefined) {
        problems.push({ path: at, message: say(word) });
      }
    };
    found(unfinished, (word) => `says ${word}: do it, or open an issue`);
    found(machinePath, (word) => `names a path of one machine (${word}…)`);
    if (isTest) {
      found(switchedOff, (word) => `has ${word}: a test runs, or has skipIf with its reason`);
    }
    return problems;
  });
}

/** README's table says why each runtime dependency is there. */
export function dependencyProblems(packageJson: string, readme: string | undefined): readonly Problem[] {
  if (readme === undefined) {
    return [{ path: 'README.md', message: 'is missing' }];
  }
  const { dependencies = {} } = JSON.parse(packageJson) as { dependencies?: Readonly<Record<string, string>> };
  const rows = readme.split('\n').filter((line) => line.startsWith('|'));
  const unexplained = Object.keys(dependencies).filter(
    (name) => !rows.some((row) => row.match(/[@\w./-]+/g)?.includes(name)),
  );
  return unexplained.map((name) => ({
    path: 'README.md',
    message: `has no table row that says why ${name} is a dependency`,
  }));
}
