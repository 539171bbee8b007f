/** For tests: buckets of a MinIO of one's own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Minio } from '../../scripts/stack/minio.ts';
import { eventIdsIn } from './contract-local.ts';
import { shop } from './contract-shop.ts';
import type { ContractStore, OpenStore } from './contract-store.ts';
import { type MinioSinkOptions, openMinioSink } from './minio.ts';
import { openS3 } from './minio-client.ts';

/** @param settings endpoint and keys, as JSON */
export const openStore: OpenStore = async (folder, settings) =>
  openMinioSink({ ...JSON.parse(settings), bucket: bucketOf(folder), shop });

export function minioStore(server: () => Minio): ContractStore {
  const settings = () => {
    const { endpoint, accessKey, secretKey } = server();
    return JSON.stringify({ endpoint, accessKey, secretKey });
  };
  return {
    name: 'minio',
    module: new URL(import.meta.url),
    settings,
    open: (folder) => openStore(folder, settings()),
    async eventIds(folder) {
      const downloaded = await mkdtemp(join(tmpdir(), 'ebb-bucket-'));
      try {
        for (const [key, bytes] of await objectsIn(server(), bucketOf(folder))) {
          await mkdir(join(downloaded, dirname(key)), { recursive: true });
          await writeFile(join(downloaded, key), bytes);
        }
        return await eventIdsIn(join(downloaded, shop, 'events'));
      } finally {
        await rm(downloaded, { recursive: true });
      }
    },
  };
}

/** Every object of a bucket, by key. */
export async function objectsIn(server: Minio, bucket: string): Promise<ReadonlyMap<string, Buffer>> {
  using s3 = openS3(server);
  const found = new Map<string, Buffer>();
  for await (const { name } of s3.client.listObjectsV2(bucket, '', true)) {
    found.set(name, await buffer(await s3.client.getObject(bucket, name)));
  }
  return found;
}

/** Uploads in parts that were begun and not ended. */
export async function unfinishedIn(server: Minio, bucket: string): Promise<readonly unknown[]> {
  using s3 = openS3(server);
  return s3.client.listIncompleteUploads(bucket, '', true).toArray();
}

export function sinkInto(server: Minio, bucket: string, changes: Partial<MinioSinkOptions> = {}) {
  const { endpoint, accessKey, secretKey } = server;
  return openMinioSink({ endpoint, accessKey, secretKey, bucket, shop, ...changes });
}

/** A bucket's name has small letters, digits and hyphens. */
function bucketOf(folder: string): string {
  return Buffer.from(basename(folder)).toString('hex').slice(-60);
}
