import { randomUUID } from 'node:crypto';
import { closeSync, fsync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';

const sync = promisify(fsync);

/** Syncs at the same time: each waits longer than it works. */
const syncsAtOnce = 8;
/** Files written before other work gets a turn. */
const filesPerTurn = 16;

export interface WholeFile {
  readonly folder: string;
  readonly name: string;
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
    await syncPath(folder, 'r');
  }
}

/**
 * Writes files under temporary names and gives them their own when all are on disk: nobody sees a part of one. Returns
 * when the names are durable too. First all are written, then synced, then renamed: a file system that is syncing makes
 * whoever creates a file wait.
 */
export async function writeWhole(files: readonly WholeFile[]): Promise<void> {
  const temporary = new Map<WholeFile, string>();
  try {
    for (const file of files) {
      const path = join(file.folder, `.${file.name}.${randomUUID()}.tmp`);
      mkdirSync(file.folder, { recursive: true });
      temporary.set(file, path);
      writeFileSync(path, file.bytes(), { flag: 'wx' });
      if (temporary.size % filesPerTurn === 0) {
        await nextTurn();
      }
    }
    await eachOf([...temporary.values()], (path) => syncPath(path, 'r+'));
    for (const [file, path] of temporary) {
      renameSync(path, join(file.folder, file.name));
    }
    await eachOf([...new Set(files.map(({ folder }) => folder))], syncFolder);
  } catch (error) {
    for (const path of temporary.values()) {
      rmSync(path, { force: true });
    }
    throw error;
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

async function syncPath(path: string, flags: 'r' | 'r+'): Promise<void> {
  const descriptor = openSync(path, flags);
  try {
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Works on every path, some at a time; the first error wins, when all that was begun has ended. */
async function eachOf(paths: readonly string[], work: (path: string) => Promise<void>): Promise<void> {
  const left = paths.values();
  const lanes = Array.from({ length: Math.min(syncsAtOnce, paths.length) }, async () => {
    for (const path of left) {
      await work(path);
    }
  });
  for (const outcome of await Promise.allSettled(lanes)) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}
