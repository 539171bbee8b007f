import { randomUUID } from 'node:crypto';
import { holdsFiles } from './file-schema.ts';
import { type HdfsOptions, openHdfs } from './hdfs-client.ts';
import { refuseParts } from './hdfs-whole.ts';
import type { Lake, LakeDay, LakeFile } from './lake.ts';
import { type FileSpan, mergedFolder, nameOf, spanOf } from './lake-names.ts';
import { inLanes } from './lanes.ts';
import { type MergedFile, mergeParquet } from './parquet-merge.ts';
import { SinkError } from './sink.ts';

const lanes = 4;
/** How names begin that are no part of the lake yet. */
const hidden = '.merge-';

/**
 * A shop's lake on HDFS, as `hdfs.ts` writes it. A merge is one instant for readers: the first part gets the merged file's name,
 * which changes no row; CONCAT puts behind it the other parts, which are gone with that, and at last a Parquet file whose footer
 * counts from there on and leaves out the bytes before; then a file without those bytes takes its place by a rename.
 */
export function openHdfsLake(options: HdfsOptions & { readonly root: string; readonly shop: string }): Lake {
  const client = openHdfs(options);
  const lake = options.root.replace(/\/+$/, '');
  const shopFolder = `${lake}/${options.shop}`;
  const folderOf = ({ topic, date }: LakeDay) => `${shopFolder}/${topic}/${date}`;
  const temporaryOf = (topic: string) => `${lake}/_tmp/${options.shop}/${topic}`;
  const namesIn = async (folder: string) => ((await client.list(folder)) ?? []).map(({ name }) => name);

  async function removeAll(folder: string, names: readonly string[]): Promise<void> {
    await inLanes(names, lanes, (name) => client.remove(`${folder}/${name}`));
  }

  /** What sinks have in hand of the merged offsets: it is in the merged file. */
  async function sweep(topic: string, { partition, first, last }: FileSpan): Promise<void> {
    const names = await namesIn(temporaryOf(topic));
    const inside = names.filter((name) => {
      const range = /^(\d+)-(\d+)-(\d+)\./.exec(name)?.slice(1).map(Number);
      return range?.[0] === partition && (range[1] ?? 0) >= first && (range[2] ?? 0) <= last;
    });
    await removeAll(temporaryOf(topic), inside);
  }

  async function mark(topic: string, { partition, last }: FileSpan): Promise<void> {
    const folder = `${shopFolder}/${topic}/${mergedFolder}`;
    const there = await namesIn(folder);
    const name = `${partition}-${last}`;
    if (!there.includes(name)) {
      await client.makeFolder(folder);
      await client.create(`${folder}/${name}`, Buffer.of());
    }
    const older = there.filter((one) => one.startsWith(`${partition}-`) && Number(one.split('-')[1]) < last);
    await removeAll(folder, older);
  }

  async function read(day: LakeDay, name: string): Promise<Uint8Array> {
    return client.read(`${folderOf(day)}/${name}`);
  }

  async function replace(day: LakeDay, parts: readonly LakeFile[], into: FileSpan, merged: MergedFile): Promise<void> {
    const folder = folderOf(day);
    const [target, [first, ...others]] = [`${folder}/${nameOf(into)}`, parts];
    if (first === undefined) return;
    const hand = `${temporaryOf(day.topic)}/${hidden}${randomUUID()}`;
    const tail = `${folder}/${hidden}${randomUUID()}`;
    await client.makeFolder(hand);
    try {
      const before = parts.reduce((sum, { length }) => sum + length, 0);
      const contents = new Map([
        ['whole', merged.whole],
        ['tail', merged.tailBehind(before)],
      ]);
      for (const [name, bytes] of contents) await client.create(`${hand}/${name}`, bytes);
      await refuseParts(client, hand, new Map(Array.from(contents, ([name, { length }]) => [name, length])));
      await mark(day.topic, into);
      if (first.name !== nameOf(into) && (await client.rename(`${folder}/${first.name}`, target)) !== 'renamed') {
        throw new SinkError('UNAVAILABLE', `HDFS: ${target} was made by another merge; start again`);
      }
      await sweep(day.topic, into);
      await client.rename(`${hand}/tail`, tail);
      await client.concat(target, [...others.map(({ name }) => `${folder}/${name}`), tail]);
      await client.rename(`${hand}/whole`, target, true);
    } finally {
      await client.remove(hand);
    }
  }

  return {
    topics: async () => (await namesIn(shopFolder)).filter((name) => !name.startsWith('_')),
    dates: async (topic) => (await namesIn(`${shopFolder}/${topic}`)).filter(holdsFiles),
    files: async (day) => ((await client.list(folderOf(day))) ?? []).filter(({ isFolder }) => !isFolder),
    read,
    async takeOver(topic) {
      for (const date of await this.dates(topic)) {
        const folder = folderOf({ topic, date });
        await removeAll(
          folder,
          (await namesIn(folder)).filter((name) => name.startsWith(hidden)),
        );
      }
      const temporary = temporaryOf(topic);
      await removeAll(
        temporary,
        (await namesIn(temporary)).filter((name) => name.startsWith(hidden)),
      );
    },
    replace,
    /** The file has only its first part's rows: otherwise the parts would be gone. */
    async finish(day, into, covered) {
      const span = spanOf(into.name);
      if (span === undefined) return;
      const firstOf = ({ name }: LakeFile) => spanOf(name)?.first ?? 0;
      const parts = [into, ...covered.toSorted((a, b) => firstOf(a) - firstOf(b))];
      const merged = await mergeParquet(await Promise.all(parts.map(({ name }) => read(day, name))));
      await replace(day, parts, span, merged);
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
    },
  };
}
