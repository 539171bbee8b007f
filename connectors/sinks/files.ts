import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, sweepLeftovers, syncFolder, type Unwanted, type WholeFile, writeWhole } from './durable-file.ts';
import { isCovered, mergedFolder, mergedThrough } from './lake-names.ts';
import { currencyFor, type ShopCurrency } from './money.ts';
import { type FileLayout, layoutName, rangeFiles } from './range-files.ts';
import { type BatchLimits, type IdempotentSink, type SinkBatch, SinkError, type SinkErrorCode } from './sink.ts';
import { baseName } from './tables.ts';

export interface FileSinkOptions extends FileLayout {
  readonly dir: string;
  readonly shop: string;
  readonly limits?: Partial<BatchLimits>;
  /** Asked when money is in the shop's currency. */
  readonly currency?: ShopCurrency | undefined;
}

/**
 * A shop's topics as Parquet or Avro files, `<dir>/<shop>/<topic>/date=YYYY-MM-DD/<partition>-<first>-<last>.parquet`,
 * by event time (UTC), or `month=YYYY-MM/…`. A range of offsets becomes one file per day, or month, that occurs in it. Names and bytes follow from the
 * range, and a file appears whole or not at all, so putting a range again changes nothing.
 */
export function openFileSink({ dir, shop, limits, currency, ...layout }: FileSinkOptions): IdempotentSink {
  return {
    kind: 'idempotent',
    name: 'files',
    layout: layoutName(layout),
    limits: { records: 10_000, bytes: 4 << 20, linger: 30_000, atOnce: 1, ...limits },
    async put(range, again) {
      const shopCurrency = await currencyFor(range.schema, currency);
      const topicFolder = join(dir, shop, baseName(range.topic));
      try {
        await makeFolder(topicFolder);
      } catch (error) {
        throw fileError(topicFolder, error, false);
      }
      try {
        const files = rangeFiles(range, layout, shopCurrency).map(({ folder, name, bytes }) => ({
          folder: join(topicFolder, folder),
          name,
          bytes,
        }));
        await writeWhole(again ? files.filter(isMissing) : files, mergedAlready(topicFolder, range));
        await syncFolder(topicFolder);
      } catch (error) {
        throw fileError(topicFolder, error, true);
      }
    },
    async remove(topic) {
      const folder = join(dir, shop, ...(topic === undefined ? [] : [baseName(topic)]));
      try {
        await rm(folder, { recursive: true, force: true });
      } catch (error) {
        throw fileError(folder, error, false);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Whether a file of a range that may have been put before is still to be written; sweeps what a dead process left. */
function isMissing({ folder, name }: WholeFile): boolean {
  if (!existsSync(folder)) {
    return true;
  }
  sweepLeftovers(folder, name);
  return !existsSync(join(folder, name));
}

/** The files whose records are in a merged file: `lake.ts`. */
function mergedAlready(topicFolder: string, { partition, next }: SinkBatch): Unwanted {
  return (files) => {
    const marks = join(topicFolder, mergedFolder);
    const through = existsSync(marks) ? mergedThrough(readdirSync(marks), partition) : -1;
    return new Set(next - 1 > through ? [] : files.filter(({ folder, name }) => isCovered(name, readdirSync(folder))));
  };
}

const errors: Readonly<Record<string, readonly [SinkErrorCode, string]>> = {
  ENOSPC: ['FULL', 'the disk is full; nothing is lost, tried again: make room'],
  EDQUOT: ['FULL', 'the quota is used up; nothing is lost, tried again: make room'],
  EMFILE: ['UNAVAILABLE', 'too many open files; tried again'],
  ENFILE: ['UNAVAILABLE', 'too many open files; tried again'],
};

/** Whoever takes the partition over sweeps what it finds, also what a former owner is still writing, which learns so next. */
const swept = ['UNAVAILABLE', 'a file in hand was swept by another owner of the partition; put again'] as const;
const refused = ['REFUSED', 'cannot be written: check the folder'] as const;

/** @param writing the folder was there */
function fileError(folder: string, cause: unknown, writing: boolean): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) {
    return cause;
  }
  const missing = cause.code === 'ENOENT' && writing;
  const [code, meaning] = missing ? swept : (errors[String(cause.code)] ?? refused);
  return new SinkError(code, `file sink ${folder}: ${meaning} (${cause.message})`, { cause });
}
