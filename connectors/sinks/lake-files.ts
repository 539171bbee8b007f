import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder, writeWhole } from './durable-file.ts';
import { holdsFiles } from './file-schema.ts';
import type { Lake, LakeDay } from './lake.ts';
import { covers, type FileSpan, mergedFolder, nameOf, spanOf } from './lake-names.ts';

/**
 * A shop's lake in a folder of this machine, as `files.ts` writes it. The merged file gets its name when it is whole and on
 * disk, and its parts are removed next: who reads between the two sees rows twice, and none is ever missing.
 */
export function openFileLake({ dir, shop }: { readonly dir: string; readonly shop: string }): Lake {
  const folderOf = ({ topic, date }: LakeDay) => join(dir, shop, topic, date);
  const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);

  /** What a merge writes has a name that no range has: a sink sweeps only its own. */
  function sweep(folder: string, isSwept: (written: string) => boolean): void {
    for (const name of namesIn(folder)) {
      const written = /^\.(.+)\.[\da-f-]{36}\.tmp$/.exec(name)?.[1];
      if (written !== undefined && isSwept(written)) rmSync(join(folder, name), { force: true });
    }
  }

  async function mark(topic: string, { partition, last }: FileSpan): Promise<void> {
    const folder = join(dir, shop, topic, mergedFolder);
    await makeFolder(folder);
    const there = namesIn(folder).filter((name) => name.startsWith(`${partition}-`));
    writeFileSync(join(folder, `${partition}-${last}`), '');
    await syncFolder(folder);
    for (const older of there.filter((name) => Number(name.split('-')[1]) < last)) rmSync(join(folder, older));
  }

  async function removeCovered(folder: string, into: FileSpan): Promise<void> {
    const inside = (name: string): boolean => {
      const span = spanOf(name);
      return span !== undefined && covers(into, span);
    };
    sweep(folder, inside);
    for (const name of namesIn(folder).filter(inside)) rmSync(join(folder, name), { force: true });
    await syncFolder(folder);
  }

  return {
    topics: async () => namesIn(join(dir, shop)),
    dates: async (topic) => namesIn(join(dir, shop, topic)).filter(holdsFiles),
    async files(day) {
      const folder = folderOf(day);
      return namesIn(folder).map((name) => ({ name, length: statSync(join(folder, name)).size }));
    },
    read: (day, name) => readFile(join(folderOf(day), name)),
    async takeOver(topic) {
      for (const date of await this.dates(topic)) sweep(folderOf({ topic, date }), isMerge);
    },
    async replace(day, _parts, into, merged) {
      const folder = folderOf(day);
      await mark(day.topic, into);
      await writeWhole(
        [{ folder, name: nameOf(into), writing: `merge-${nameOf(into)}`, bytes: () => merged.whole }],
        () => new Set(),
      );
      await removeCovered(folder, into);
    },
    /** The file is whole: it had no name before it was. */
    async finish(day, into) {
      const span = spanOf(into.name);
      if (span !== undefined) await removeCovered(folderOf(day), span);
    },
    async [Symbol.asyncDispose]() {},
  };
}

function isMerge(written: string): boolean {
  return written.startsWith('merge-');
}
