import { hash } from 'node:crypto';
import { inLanes } from './lanes.ts';
import { openS3, type S3Options } from './minio-client.ts';
import { codeOf, storeError } from './minio-error.ts';
import { currencyFor, type ShopCurrency } from './money.ts';
import { type FileFormat, type FileLayout, layoutName, rangeFiles } from './range-files.ts';
import { type BatchLimits, type IdempotentSink, SinkError } from './sink.ts';
import { baseName } from './tables.ts';

export interface MinioSinkOptions extends S3Options, FileLayout {
  readonly bucket: string;
  /** Of all keys, such as `lake/raw`; default none. */
  readonly prefix?: string | undefined;
  /** Whether a bucket that is missing is made; default true. */
  readonly createBucket?: boolean | undefined;
  readonly shop: string;
  readonly limits?: Partial<BatchLimits> | undefined;
  /** Asked when money is in the shop's currency. */
  readonly currency?: ShopCurrency | undefined;
}

/** Uploads of a range in hand at a time; encoded, all files of a range are no more than some times its `bytes`. */
const UPLOADS = 8;

/** Objects that one request may remove. */
const AT_ONCE = 1_000;

/** Avro has a registered type; Parquet's is registered since 2024. */
const contentTypes: Readonly<Record<FileFormat, string>> = {
  parquet: 'application/vnd.apache.parquet',
  avro: 'application/avro',
};

/** On every object, as its ETag is no digest where a bucket is encrypted. */
const DIGEST = 'ebb-sha256';

/**
 * A shop's topics as Parquet or Avro files in a bucket of MinIO or of any other store with S3's interface:
 * `[prefix/]<shop>/<topic>/date=YYYY-MM-DD/<partition>-<first>-<last>.parquet`, by event time (UTC), or
 * `month=YYYY-MM/…`. A range of offsets becomes one object per day, or month, that occurs in it, each put in one request, so that it is there whole or not at all.
 *
 * **What is there already** is left as it is, by `If-None-Match`. The name says which offsets it holds, the boundary was
 * committed to the log by the only owner of the partition before anything was put, and encoding is a function of the
 * records: whoever puts this name, a zombie or a successor, puts these bytes. That holds also when a range is put for the first
 * time, as an answer may have been lost. The digest beside the object proves it. Where it differs, the object is of another
 * log: of a topic that was deleted and made anew. A range put for the first time is refused then, as a lake of two logs
 * counts twice; one put *again* replaces it: the log has its boundary, so the object is ours, encoded by another version.
 *
 * @throws SinkError REFUSED for an endpoint that is no address
 */
export function openMinioSink(options: MinioSinkOptions): IdempotentSink {
  const { bucket, prefix = '', createBucket = true, shop, format = 'parquet', limits, currency } = options;
  const s3 = openS3(options);
  const { client } = s3;
  const at = `${options.endpoint}, bucket ${bucket}`;

  async function putOne(key: string, bytes: Buffer, again: boolean): Promise<void> {
    const digest = hash('sha256', bytes);
    const headers = { 'Content-Type': contentTypes[format], [DIGEST]: digest };
    try {
      await client.putObject(bucket, key, bytes, bytes.length, { ...headers, 'If-None-Match': '*' });
      return;
    } catch (error) {
      if (codeOf(error) !== 'PreconditionFailed') throw error;
    }
    const { metaData } = await client.statObject(bucket, key);
    if (metaData[DIGEST] === digest) return;
    if (!again)
      throw new SinkError(
        'REFUSED',
        `object store ${at}: ${key} is there and holds other rows than the log has at these offsets. Is it from an earlier log? Remove the objects of that topic, or give another bucket or prefix; the log has all of it.`,
      );
    await client.putObject(bucket, key, bytes, bytes.length, headers);
  }

  /** A bucket that is missing shows when something is put: asking for it first would need one more permission. */
  async function putIntoBucket(key: string, bytes: Buffer, again: boolean): Promise<void> {
    try {
      await putOne(key, bytes, again);
    } catch (error) {
      if (codeOf(error) !== 'NoSuchBucket') throw error;
      await makeBucket(error);
      await putOne(key, bytes, again);
    }
  }

  async function makeBucket(cause: unknown): Promise<void> {
    if (!createBucket)
      throw new SinkError('REFUSED', `object store ${at}: there is no such bucket: make it, or allow Ebb to`, {
        cause,
      });
    try {
      await client.makeBucket(bucket, options.region);
    } catch (error) {
      // Another upload or process was faster.
      if (codeOf(error) !== 'BucketAlreadyOwnedByYou') throw error;
    }
  }

  async function removeSome(names: readonly string[]): Promise<void> {
    const [failed] = await client.removeObjects(bucket, [...names]);
    const problem = failed?.Error;
    if (problem !== undefined)
      throw new SinkError(
        'REFUSED',
        `object store ${at}: ${problem.Key ?? 'an object'} could not be removed (${problem.Code}: ${problem.Message})`,
      );
  }

  const folderOf = (...within: readonly string[]) =>
    [...prefix.split('/'), shop, ...within].filter((part) => part !== '').join('/');

  return {
    kind: 'idempotent',
    name: 'minio',
    layout: layoutName(options),
    limits: { records: 50_000, bytes: 16 << 20, linger: 60_000, atOnce: 1, ...limits },
    async put(range, again) {
      const shopCurrency = await currencyFor(range.schema, currency);
      const folder = folderOf(baseName(range.topic));
      try {
        await inLanes(rangeFiles(range, options, shopCurrency), UPLOADS, ({ folder: within, name, bytes }) =>
          putIntoBucket(`${folder}/${within}/${name}`, asBuffer(bytes()), again),
        );
      } catch (error) {
        throw storeError(at, error);
      }
    },
    async remove(topic) {
      try {
        const names: string[] = [];
        const under = `${folderOf(...(topic === undefined ? [] : [baseName(topic)]))}/`;
        for await (const { name } of client.listObjectsV2(bucket, under, true))
          if (name !== undefined) names.push(name);
        for (let from = 0; from < names.length; from += AT_ONCE) await removeSome(names.slice(from, from + AT_ONCE));
      } catch (error) {
        // What is not there need not go.
        if (codeOf(error) !== 'NoSuchBucket') throw storeError(at, error);
      }
    },
    async [Symbol.asyncDispose]() {
      s3[Symbol.dispose]();
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
