import { randomUUID } from 'node:crypto';
import { closeSync, fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';

const sync = promisify(fsync);

/** Makes a folder with its parents, durably. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) {
    return;
  }
  // Each new name is an entry of the folder above it.
  let parent = dirname(first);
  await syncFolder(parent);
  for (const name of relative(parent, dirname(folder)).split(sep).filter(Boolean)) {
    parent = join(parent, name);
    await syncFolder(parent);
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const descriptor = openSync(folder, 'r');
  try {
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a whole file under a temporary name, and gives it its own when it is on disk: nobody sees a part of it. Its name
 * is durable after `syncFolder`. Only the sync waits for the disk: the other calls are quicker than a trip to the pool.
 */
export async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `.${name}.${randomUUID()}.tmp`);
  try {
    const descriptor = openSync(temporary, 'wx');
    try {
      writeFileSync(descriptor, bytes);
      await sync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, join(folder, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Removes what an earlier `writeWhole` of this file left when its process died. */
export async function sweepLeftovers(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith(`.${name}.`) && entry.endsWith('.tmp')) {
      await rm(join(folder, entry), { force: true });
    }
  }
}
