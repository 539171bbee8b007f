/** For tests: HDFS as a store of the contract of sinks, and its files as DuckDB sees them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { eventIdsIn } from './contract-local.ts';
import { shop } from './contract-shop.ts';
import type { ContractStore, OpenStore } from './contract-store.ts';
import { openHdfsSink } from './hdfs.ts';
import { type HdfsClient, openHdfs } from './hdfs-client.ts';

/** @param url of the NameNode */
export const openStore: OpenStore = async (folder, url) =>
  openHdfsSink({ url, user: 'hdfs', root: rootOf(folder), shop });

/** @param url of the NameNode, once it is known */
export function hdfsStore(url: () => string): ContractStore {
  return {
    name: 'hdfs',
    module: new URL(import.meta.url),
    settings: url,
    open: (folder) => openStore(folder, url()),
    async eventIds(folder) {
      using client = openHdfs({ url: url(), user: 'hdfs' });
      return eventIdsAt(client, rootOf(folder));
    },
  };
}

/** Paths of all files below a folder, in order. */
export async function filesBelow(client: HdfsClient, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { name, isFolder } of (await client.list(folder)) ?? []) {
    const path = `${folder}/${name}`;
    paths.push(...(isFolder ? await filesBelow(client, path) : [path]));
  }
  return paths.sort();
}

/** `eventId` of every row of the shop's events; fails when a file is left in `_tmp`. */
export async function eventIdsAt(client: HdfsClient, root: string): Promise<readonly string[]> {
  const left = await filesBelow(client, `${root}/_tmp`);
  if (left.length > 0) {
    throw new Error(`temporary files are left: ${left.join()}`);
  }
  const copy = await mkdtemp(join(tmpdir(), 'ebb-hdfs-copy-'));
  try {
    await copyDown(client, `${root}/${shop}/events`, copy);
    return await eventIdsIn(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** Downloads the Parquet files below a folder. */
export async function copyDown(client: HdfsClient, folder: string, to: string): Promise<void> {
  for (const path of (await filesBelow(client, folder)).filter((one) => one.endsWith('.parquet'))) {
    const target = join(to, path.slice(folder.length));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await client.read(path));
  }
}

export function rootOf(folder: string): string {
  return `/${basename(folder)}`;
}
