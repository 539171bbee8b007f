import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exclusively } from './exclusive.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('lets one work at a time, and leaves nothing but its file', async () => {
  const order: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    order.push(`${name} in`);
    expect(await readdir(dir)).toEqual(['lock']);
    order.push(`${name} out`);
  };
  const file = join(dir, 'lock');
  await Promise.all([exclusively(file, work('one')), exclusively(file, work('two'))]);
  expect(order).toEqual(['one in', 'one out', 'two in', 'two out']);
});

it('is free again when the process that held it was killed', async () => {
  const file = join(dir, 'lock');
  const module = pathToFileURL(join(import.meta.dirname, 'exclusive.ts')).href;
  const program = `const { exclusively } = await import('${module}');
    await exclusively(${JSON.stringify(file)}, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)); });`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const waiting = exclusively(file, async () => 'mine');
  holder.kill('SIGKILL');
  expect(await waiting).toBe('mine');
});
