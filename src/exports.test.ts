import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** `export { type A, b } from './file.ts'`: each name with its file. */
function exportsOf(module: string): readonly (readonly [name: string, file: string])[] {
  const text = readFileSync(join(import.meta.dirname, module), 'utf8');
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names = '', file = '']) =>
    names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .map((name) => [name, join(import.meta.dirname, file)] as const),
  );
}

it.each(['index.ts', 'testing.ts'])('says of everything that %s exports what it is', (module) => {
  // What is generated says what its schema says.
  const written = exportsOf(module).filter(([, file]) => !file.endsWith('generated.ts'));
  const silent = written.filter(([name, file]) => {
    const declared = new RegExp(
      `\\*/\\nexport (?:abstract )?(?:async )?(?:function|const|class|interface|type) ${name}\\b`,
    );
    return !declared.test(readFileSync(file, 'utf8'));
  });
  expect(silent.map(([name]) => name)).toEqual([]);
});
