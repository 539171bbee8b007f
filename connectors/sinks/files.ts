import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { avroContainer } from './avro-container.ts';
import { makeFolder, sweepLeftovers, syncFolder, writeWhole } from './durable-file.ts';
import { datesOf, type FileColumn, fileColumns } from './file-schema.ts';
import { parquetFile } from './parquet.ts';
import {
  type BatchLimits,
  type IdempotentSink,
  type SinkBatch,
  SinkError,
  type SinkErrorCode,
  type SinkRecord,
} from './sink.ts';

export type FileFormat = 'parquet' | 'avro';

export interface FileSinkOptions {
  readonly dir: string;
  readonly shop: string;
  /** Default `parquet`. */
  readonly format?: FileFormat;
  readonly limits?: Partial<BatchLimits>;
}

/** Files written at the same time: syncing one to disk waits longer than it works. */
const filesAtOnce = 8;

const encoders: Readonly<
  Record<FileFormat, (name: string, columns: readonly FileColumn[], records: readonly SinkRecord[]) => Uint8Array>
> = {
  parquet: (_name, columns, records) => parquetFile(columns, records),
  avro: avroContainer,
};

/**
 * A shop's topics as Parquet or Avro files, `<dir>/<shop>/<topic>/date=YYYY-MM-DD/<partition>-<first>-<last>.parquet`,
 * by event time (UTC). A range of offsets becomes one file per date that occurs in it. Names and bytes follow from the
 * range, and a file appears whole or not at all, so putting a range again changes nothing.
 */
export function openFileSink({ dir, shop, format = 'parquet', limits }: FileSinkOptions): IdempotentSink {
  return {
    kind: 'idempotent',
    name: 'files',
    limits: { records: 10_000, bytes: 4 << 20, linger: 30_000, atOnce: 1, ...limits },
    async put(range, again) {
      const topicFolder = join(dir, shop, range.topic);
      const files = fileNames(range, format);
      try {
        await makeFolder(topicFolder);
        await eachOf(files, filesAtOnce, (file) => putFile(topicFolder, file, format, again));
        await syncFolder(topicFolder);
      } catch (error) {
        throw fileError(topicFolder, error);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

interface RangeFile {
  readonly date: string;
  readonly name: string;
  readonly range: SinkBatch;
  readonly records: readonly SinkRecord[];
}

function fileNames(range: SinkBatch, format: FileFormat): readonly RangeFile[] {
  const name = `${range.partition}-${range.first}-${range.next - 1}.${format}`;
  const byDate = Map.groupBy(range.records, datesOf(range.schema));
  return Array.from(byDate, ([date, records]) => ({ date, name, range, records }));
}

async function putFile(topicFolder: string, file: RangeFile, format: FileFormat, again: boolean): Promise<void> {
  const folder = join(topicFolder, file.date);
  await makeFolder(folder);
  if (again) {
    await sweepLeftovers(folder, file.name);
    if (await exists(join(folder, file.name))) {
      return;
    }
  }
  const tombstones = file.records.some((record) => record.value === null);
  const columns = fileColumns(file.range, tombstones);
  const bytes = encoders[format](join(file.range.topic, file.date, file.name), columns, file.records);
  await writeWhole(folder, file.name, bytes);
  await syncFolder(folder);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Whatever the reason, writing it says more.
    return false;
  }
}

/** Runs `work` for every item, at most `width` at a time; the first error wins, when all that was begun has ended. */
async function eachOf<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const lanes = Array.from({ length: Math.min(width, items.length) }, async () => {
    for (const item of left) {
      await work(item);
    }
  });
  const outcomes = await Promise.allSettled(lanes);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}

const errors: Readonly<Record<string, readonly [SinkErrorCode, string]>> = {
  ENOSPC: ['FULL', 'the disk is full; nothing is lost, make room and start again'],
  EDQUOT: ['FULL', 'the quota is used up; nothing is lost, make room and start again'],
  EMFILE: ['UNAVAILABLE', 'too many open files; tried again'],
  ENFILE: ['UNAVAILABLE', 'too many open files; tried again'],
};

function fileError(folder: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) {
    return cause;
  }
  const [code, meaning] = errors[String(cause.code)] ?? ['REFUSED', 'cannot be written: check the folder'];
  return new SinkError(code, `file sink ${folder}: ${meaning} (${cause.message})`, { cause });
}
