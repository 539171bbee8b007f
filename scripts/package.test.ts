/** What `npm pack` gives is installed in a project that `ebb init` writes, away from the sources. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'ebb-package-'));
const project = join(folder, 'my-shop');
const installed = join(project, 'node_modules/@ebb/streams');

beforeAll(() => {
  ok(root, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  ok(folder, 'node', join(root, 'scripts/ebb.mjs'), 'init', 'my-shop', '--ebb', tarball);
  ok(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error');
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('passes the tests of a new project, and the checks of a strict compiler', { timeout: 300_000 }, () => {
  expect(ok(project, 'npm', 'test')).toContain('pass 1');
  ok(project, 'npm', 'run', 'types');
  ok(project, 'npx', 'ebb', 'types', '--check');
});

it('runs the topology of the project beside those of a shop', { timeout: 300_000 }, () => {
  expect(ok(project, 'npx', 'ebb', 'describe')).toMatch(/^daily-spend +events +daily-spend/m);
  ok(project, ...'npx ebb generate --count 2000 --speed max'.split(' '));
  const summary = ok(project, ...'npx ebb run --until-caught-up --json'.split(' '));
  expect(JSON.parse(summary)).toMatchObject({ shop: 'demo', events: 2_000, deadLetters: 0 });
  const [first = ''] = ok(project, ...'npx ebb tail daily-spend --from start --limit 1 --json'.split(' ')).split('\n');
  expect(JSON.parse(first)).toMatchObject({ value: { day: expect.any(Number), purchases: expect.any(Number) } });
});

it('holds no sources, and brings no Node along', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !/\.d\.ts$|^dist.template/.test(file));
  expect(sources).toEqual([]);
  const { dependencies, engines } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(engines).toEqual({ node: '>=26' });
  expect(Object.keys(dependencies).filter((name) => /^node(-|$)/.test(name))).toEqual([]);
  expect(readdirSync(join(project, 'node_modules/.bin'))).not.toContain('node');
});

/** Runs a program to its end with the Node of this test first on the PATH. @throws Error with what it said */
function ok(cwd: string, ...[program = '', ...args]: readonly string[]): string {
  const outside = Object.entries(process.env).filter(([name]) => !/^(VITEST|EBB_|NODE_OPTIONS|npm_)/.test(name));
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...Object.fromEntries(outside), PATH, EBB_LOG_LEVEL: 'silent' };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}
