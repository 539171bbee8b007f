import { randomUUID } from 'node:crypto';
import { type HdfsClient, type HdfsOptions, openHdfs } from './hdfs-client.ts';
import { refuseParts } from './hdfs-whole.ts';
import { isCovered, mergedFolder, mergedThrough } from './lake-names.ts';
import { inLanes } from './lanes.ts';
import { currencyFor, type ShopCurrency } from './money.ts';
import { type FileLayout, layoutName, type RangeFile, rangeFiles } from './range-files.ts';
import { type BatchLimits, type IdempotentSink, type SinkBatch, SinkError } from './sink.ts';
import { baseName } from './tables.ts';

export interface HdfsSinkOptions extends HdfsOptions, FileLayout {
  /** Folder of the lake, such as `/ebb`; made when it is missing. */
  readonly root: string;
  readonly shop: string;
  readonly limits?: Partial<BatchLimits>;
  /** Asked when money is in the shop's currency. */
  readonly currency?: ShopCurrency | undefined;
}

/** Files in work at the same time: a small one mostly waits for the DataNode, and all of a range's together are not large. */
const lanes = 24;

/**
 * A shop's topics as Parquet or Avro files on HDFS, `<root>/<shop>/<topic>/date=YYYY-MM-DD/<partition>-<first>-<last>.parquet`,
 * by event time (UTC), or `month=YYYY-MM/…`. A file is written in a folder under `<root>/_tmp/<shop>/<topic>/`, its length compared, and renamed. Names and bytes
 * follow from the range, so putting it again changes nothing; what a merged file holds already (`ebb lake compact`) is left out.
 * @throws SinkError REFUSED for a root that HDFS could not have
 */
export function openHdfsSink(options: HdfsSinkOptions): IdempotentSink {
  const { root, shop, limits, currency } = options;
  if (!/^\/[^:]*$/.test(root)) {
    throw new SinkError('REFUSED', `HDFS: the root folder is "${root}", and must begin with / and have no ":" in it`);
  }
  const lake = root.replace(/\/+$/, '');
  const client = openHdfs(options);
  const made = new Set<string>();
  /** Temporary folders that are to be removed, of partitions whose last put failed. */
  const failed = new Map<string, readonly string[]>();

  async function folder(path: string): Promise<string> {
    if (!made.has(path)) {
      await client.makeFolder(path);
      made.add(path);
    }
    return path;
  }

  return {
    kind: 'idempotent',
    name: 'hdfs',
    layout: layoutName(options),
    limits: { records: 50_000, bytes: 16 << 20, linger: 60_000, atOnce: 2, ...limits },
    async put(range, again) {
      const shopCurrency = await currencyFor(range.schema, currency);
      const topic = baseName(range.topic);
      const [topicFolder, temporary] = [`${lake}/${shop}/${topic}`, `${lake}/_tmp/${shop}/${topic}`];
      const partition = `${topic}/${range.partition}`;
      const left = failed.get(partition);
      const stale = again ? await inHand(client, temporary, range.partition) : (left ?? []);
      await inLanes(stale, lanes, (path) => client.remove(path));
      const files = rangeFiles(range, options, shopCurrency);
      const missing = again || left !== undefined ? await missingOf(client, topicFolder, files) : files;
      if (missing.length === 0) {
        failed.delete(partition);
        return;
      }
      // A folder of its own: when it is removed, nothing that still is on its way to a DataNode can come to be.
      const hand = `${temporary}/${range.partition}-${range.first}-${range.next - 1}.${randomUUID()}`;
      failed.set(partition, [hand]);
      try {
        await client.makeFolder(hand);
        const lengths = new Map<string, number>();
        await inLanes(missing, lanes, async ({ folder: name, bytes }) => {
          const content = bytes();
          lengths.set(name, content.length);
          await client.create(`${hand}/${name}`, content);
        });
        await refuseParts(client, hand, lengths);
        // Only now: a merge that is not seen here finds this folder, and takes it away.
        const held = await mergedAlready(client, topicFolder, range, missing);
        await inLanes(missing, lanes, async (file) => {
          if (!held.has(file)) {
            await place(
              client,
              `${hand}/${file.folder}`,
              `${await folder(`${topicFolder}/${file.folder}`)}/${file.name}`,
              again,
            );
          }
        });
        await client.remove(hand);
        failed.delete(partition);
      } catch (error) {
        // One of the lake's may have been taken away.
        made.clear();
        await removedIfPossible(client, hand);
        throw error;
      }
    },
    async remove(topic) {
      const within = topic === undefined ? shop : `${shop}/${baseName(topic)}`;
      // What is in hand first, as a merge does.
      await client.remove(`${lake}/_tmp/${within}`);
      await client.remove(`${lake}/${within}`);
      made.clear();
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
    },
  };
}

/** The temporary folders of a partition, whoever's: its owner of now has nothing there yet. */
async function inHand(client: HdfsClient, temporary: string, partition: number): Promise<readonly string[]> {
  const names = ((await client.list(temporary)) ?? []).map(({ name }) => name);
  return names.filter((name) => name.startsWith(`${partition}-`)).map((name) => `${temporary}/${name}`);
}

/** Those that are not there with the length that they have. */
async function missingOf(client: HdfsClient, topicFolder: string, files: readonly RangeFile[]) {
  const missing: RangeFile[] = [];
  await inLanes(files, lanes, async (file) => {
    const there = await client.stat(`${topicFolder}/${file.folder}/${file.name}`);
    if (there === undefined || there.length !== file.bytes().length) missing.push(file);
  });
  return missing;
}

/** Those of the files whose records are in a merged file. */
async function mergedAlready(
  client: HdfsClient,
  topicFolder: string,
  range: SinkBatch,
  files: readonly RangeFile[],
): Promise<ReadonlySet<RangeFile>> {
  const held = new Set<RangeFile>();
  const marks = (await client.list(`${topicFolder}/${mergedFolder}`)) ?? [];
  const through = mergedThrough(
    marks.map(({ name }) => name),
    range.partition,
  );
  if (range.next - 1 > through) {
    return held;
  }
  await inLanes(files, lanes, async (file) => {
    const there = (await client.list(`${topicFolder}/${file.folder}`)) ?? [];
    if (
      isCovered(
        file.name,
        there.map(({ name }) => name),
      )
    )
      held.add(file);
  });
  return held;
}

/**
 * Gives a file its name. One that has it already, of the same length, is the same. Where the lengths differ, the log knows the
 * range if it is put again: the other file is ours, of another version of the encoder. Otherwise it is of another log.
 */
async function place(client: HdfsClient, path: string, to: string, again: boolean): Promise<void> {
  if ((await client.rename(path, to)) === 'renamed') {
    return;
  }
  const [mine, there] = await Promise.all([client.stat(path), client.stat(to)]);
  if (mine === undefined || there === undefined) {
    throw new SinkError('UNAVAILABLE', `HDFS: ${path} could not be renamed to ${to}; put again`);
  }
  if (mine.length === there.length) {
    return;
  }
  if (!again) {
    const what = `${to} is there with ${there.length} bytes instead of ${mine.length}`;
    throw new SinkError(
      'REFUSED',
      `HDFS: ${what}: another log feeds this lake; give this one a root or shop of its own`,
    );
  }
  await client.rename(path, to, true);
}

/** The error that led here is the one to tell; what stays is removed before the next put. */
async function removedIfPossible(client: HdfsClient, path: string): Promise<void> {
  try {
    await client.remove(path);
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
  }
}
