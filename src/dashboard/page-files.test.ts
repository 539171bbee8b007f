import { describe, expect, it } from 'vitest';
import { pageFiles } from './page-files.ts';

const files = pageFiles();
const scripts = [...files].filter(([path]) => path.endsWith('.js') && !path.startsWith('/vendor/'));

/** Paths of what a module imports. */
function importsOf(path: string, body: string): readonly string[] {
  const found = [...body.matchAll(/(?:from\s*|import\s*\(?\s*)'(\.[^']+)'/g)].map(([, name = '']) => name);
  return found.map((name) => new URL(name, `http://page${path}`).pathname);
}

describe('the page’s files', () => {
  it('are modules that browsers can read, and all that these import is there', () => {
    expect(scripts.length).toBeGreaterThan(5);
    const missing = scripts.flatMap(([path, { body }]) =>
      importsOf(path, body.toString()).filter((name) => !files.has(name)),
    );
    expect(missing).toEqual([]);
  });

  it('name everything that index.html asks for', () => {
    const html = files.get('/')?.body.toString() ?? '';
    const asked = [...html.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, name = '']) => `/${name}`);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => !files.has(name))).toEqual([]);
  });

  it('take nothing from elsewhere', () => {
    for (const [path, { body }] of files)
      if (!path.startsWith('/vendor/'))
        expect(body.toString().replaceAll('http://www.w3.org/', ''), path).not.toMatch(/https?:\/\//);
  });
});
