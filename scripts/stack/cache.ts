/** Where what was downloaded is kept: once per user, shared by all clones. */
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exclusively } from './exclusive.ts';

export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = environment.EBB_STACK_CACHE;
  if (own !== undefined && own !== '') return own;
  const caches = environment.XDG_CACHE_HOME;
  return join(caches === undefined || caches === '' ? join(homedir(), '.cache') : caches, 'ebb');
}

/**
 * The folder `name` of the cache, filled when it is not there yet. It appears whole or not at all, so that an install
 * that is broken off leaves nothing behind that looks finished. Of several processes that want it, one fills it.
 * @param fill puts the content into the folder that it is given
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), name);
  if (existsSync(target)) return target;
  return exclusively(`${target}.lock`, async () => {
    if (existsSync(target)) return target;
    const making = await mkdtemp(`${target}.making-`);
    try {
      await fill(making);
      await rename(making, target);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
    return target;
  });
}
