import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cached, cacheFolder } from './cache.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-cache-'));
  vi.stubEnv('EBB_STACK_CACHE', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

it('is where the user says, or else where the user’s caches are', () => {
  expect(cacheFolder({ EBB_STACK_CACHE: 'here', XDG_CACHE_HOME: 'there' })).toBe('here');
  expect(cacheFolder({ XDG_CACHE_HOME: 'there' })).toBe(join('there', 'ebb'));
  expect(cacheFolder({})).toMatch(/\.cache.ebb$/);
});

it('is filled once, also when several want it at the same time', async () => {
  let filled = 0;
  const fill = async (making: string): Promise<void> => {
    filled++;
    await writeFile(join(making, 'file'), 'content');
  };
  const places = await Promise.all([cached('thing', fill), cached('thing', fill)]);
  expect(new Set(places)).toEqual(new Set([join(folder, 'thing')]));
  expect(await readFile(join(folder, 'thing', 'file'), 'utf8')).toBe('content');
  expect(filled).toBe(1);
});

it('holds nothing of a download that was broken off', async () => {
  const broken = cached('thing', async (making) => {
    await writeFile(join(making, 'half'), '');
    throw new Error('line cut');
  });
  await expect(broken).rejects.toThrow('line cut');
  expect((await readdir(folder)).filter((name) => name !== 'thing.lock')).toEqual([]);
});
