import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { inLanes } from './lanes.ts';

/** Files in work at the same time: each waits longer than it works. */
const lanesAtOnce = 8;
/** Descriptors that a range may hold. */
const openAtOnce = 64;

export interface WholeFile {
  readonly folder: string;
  readonly name: string;
  /** What its temporary name says instead, when another's sweep is not to find it. */
  readonly writing?: string;
  readonly bytes: () => Uint8Array;
}

/** Makes a folder with its parents, durably. */
export async function makeFolder(folder: string): Promise<void> {
  const first = mkdirSync(folder, { recursive: true });
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
  // Windows neither can nor need open a folder for that.
  if (process.platform !== 'win32') {
    await using handle = await open(folder, 'r');
    await handle.sync();
  }
}

/** Which of the files, all of them written under temporary names, are not wanted any more. */
export type Unwanted = (files: readonly WholeFile[]) => ReadonlySet<WholeFile>;

/**
 * Writes files under temporary names and gives them their own when all are on disk: nobody sees a part of one. Returns
 * when the names are durable too. Some are written, then synced, and at last all renamed: a file system that is syncing
 * makes whoever creates a file wait. Nothing here holds up the thread, which has other work.
 */
export async function writeWhole(files: readonly WholeFile[], unwanted: Unwanted): Promise<void> {
  const temporary = new Map<WholeFile, string>();
  try {
    for (let from = 0; from < files.length; from += openAtOnce) {
      await writeSynced(files.slice(from, from + openAtOnce), temporary);
    }
    const dropped = unwanted(files);
    await inLanes(temporary, lanesAtOnce, ([file, path]) =>
      dropped.has(file) ? rm(path, { force: true }) : rename(path, join(file.folder, file.name)),
    );
    await inLanes(new Set(files.map(({ folder }) => folder)), lanesAtOnce, syncFolder);
  } catch (error) {
    for (const path of temporary.values()) {
      rmSync(path, { force: true });
    }
    throw error;
  }
}

/** Writes and syncs under the names that it adds to `temporary`. */
async function writeSynced(files: readonly WholeFile[], temporary: Map<WholeFile, string>): Promise<void> {
  const handles: FileHandle[] = [];
  try {
    await inLanes(files, lanesAtOnce, async (file) => {
      const path = join(file.folder, `.${file.writing ?? file.name}.${randomUUID()}.tmp`);
      temporary.set(file, path);
      const handle = await create(file.folder, path);
      handles.push(handle);
      await handle.writeFile(file.bytes());
    });
    await inLanes(handles, lanesAtOnce, (handle) => handle.sync());
  } finally {
    await inLanes(handles, lanesAtOnce, (handle) => handle.close());
  }
}

/** A new file; its folder is made when it is missing, which it rarely is. */
async function create(folder: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw error;
    }
    await mkdir(folder, { recursive: true });
    return open(path, 'wx');
  }
}

/** Removes what an earlier `writeWhole` of this file left when its process died. */
export function sweepLeftovers(folder: string, name: string): void {
  for (const entry of readdirSync(folder)) {
    if (entry.startsWith(`.${name}.`) && entry.endsWith('.tmp')) {
      rmSync(join(folder, entry), { force: true });
    }
  }
}
