import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const bootstrap = join(root, 'scripts', 'bootstrap.mjs');
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'ebb-bootstrap-')));
afterAll(() => rmSync(directory, { recursive: true }));

function run(program: string, args: readonly string[]) {
  const file = join(directory, 'program.mjs');
  writeFileSync(file, program);
  const all = [bootstrap, 'production', relative(root, file), ...args];
  return spawnSync(process.execPath, all, { cwd: directory, encoding: 'utf8' });
}

it('passes arguments, working directory and exit code through, and prints nothing of its own', () => {
  const program = 'console.log(JSON.stringify([process.argv.slice(2), process.cwd()])); process.exitCode = 3;';
  const { status, stdout, stderr } = run(program, ['--for', '60s', 'two words']);
  expect(JSON.parse(stdout)).toEqual([['--for', '60s', 'two words'], directory]);
  expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
});

it('ends by the signal that ends the script', () => {
  const { signal } = run("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10_000);", []);
  expect(signal).toBe('SIGTERM');
});

it('runs on a Node that runs TypeScript', () => {
  const { stdout } = run('console.log(process.versions.node)', []);
  expect(Number.parseInt(stdout, 10)).toBeGreaterThanOrEqual(26);
});

it('says how it is used', () => {
  const { status, stderr } = spawnSync(process.execPath, [bootstrap, 'fast'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('usage:') });
});
