import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { SourceError } from './source.ts';

const CHUNK = 256 * 1024;

export type FileForm = 'plain' | 'gzip' | 'zstd' | 'parquet';

/** A file's bytes, decompressed, and how much of it has been read. */
export interface FileBytes {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes of the file as it lies on disk. */
  progress(): { readonly done: number; readonly total: number; readonly unit: 'bytes' };
}

/** The first 64 bits of the SHA-256 of the file's bytes, in hex: enough to tell a shop's files apart, and short, as every row carries it. @throws SourceError NOT_FOUND, UNREADABLE */
export async function fingerprint(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK })) hash.update(chunk);
  } catch (cause) {
    throw asSourceError(file, cause);
  }
  return hash.digest('hex').slice(0, 16);
}

/** What a file is, by its first bytes: names lie. @throws SourceError NOT_FOUND, UNREADABLE for forms that Ebb does not read */
export async function formOf(file: string): Promise<FileForm> {
  const start = await firstBytes(file);
  const begins = (...bytes: readonly number[]) => bytes.every((byte, index) => start[index] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (start.toString('latin1') === 'PAR1') return 'parquet';
  const refused = begins(0x50, 0x4b, 0x03, 0x04)
    ? 'is a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV'
    : begins(0xff, 0xfe) || begins(0xfe, 0xff)
      ? 'is UTF-16 text: convert it to UTF-8 first, for example with iconv'
      : undefined;
  if (refused !== undefined) throw new SourceError('UNREADABLE', `${file} ${refused}`);
  return 'plain';
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw asSourceError(file, cause);
  }
}

/** Opens a plain, .gz or .zst file for one reading. @throws SourceError */
export async function fileBytes(file: string): Promise<FileBytes> {
  const form = await formOf(file);
  const { size } = await stat(file);
  const disk = createReadStream(file, { highWaterMark: CHUNK });
  const unpack =
    form === 'gzip'
      ? createGunzip({ chunkSize: CHUNK })
      : form === 'zstd'
        ? createZstdDecompress({ chunkSize: CHUNK })
        : undefined;
  // The iterator below reports a failure of either stream; pipeline only ties their ends together.
  const bytes = unpack === undefined ? disk : pipeline(disk, unpack, () => undefined);
  return {
    chunks: reported(file, bytes),
    progress: () => ({ done: disk.bytesRead, total: size, unit: 'bytes' }),
  };
}

async function* reported(file: string, bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  try {
    yield* bytes;
  } catch (cause) {
    throw asSourceError(file, cause);
  }
}

export function asSourceError(file: string, cause: unknown): SourceError {
  if (cause instanceof SourceError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (code === 'ENOENT') return new SourceError('NOT_FOUND', `there is no file ${file}`, { cause });
  if (code === 'EISDIR') return new SourceError('UNREADABLE', `${file} is a directory: name one file`, { cause });
  if (code === 'EACCES') return new SourceError('UNREADABLE', `${file} may not be read by this user`, { cause });
  if (code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR') {
    return new SourceError('UNREADABLE', `${file} is damaged or cut off (${message}): what came before is kept`, {
      cause,
    });
  }
  return new SourceError('UNREADABLE', `${file} cannot be read: ${message}`, { cause });
}
