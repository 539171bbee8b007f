import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type FetchErrorCode = 'UNREACHABLE' | 'WRONG_CONTENT';

export class FetchFileError extends Error {
  override readonly name = 'FetchFileError';
  readonly code: FetchErrorCode;

  constructor(code: FetchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface FetchFileOptions {
  readonly url: string;
  /** Path. It is there when all of it is, and it is the right one. */
  readonly to: string;
  readonly sha256: string;
  readonly signal: AbortSignal;
  /** @param total bytes, where the server says how many */
  onProgress?(done: number, total: number | undefined): void;
}

/** Fetches a file and holds it against its SHA-256. @throws FetchFileError: nothing is left then */
export async function fetchFile({
  url,
  to,
  sha256,
  signal,
  onProgress,
}: FetchFileOptions): Promise<{ readonly bytes: number }> {
  const part = `${to}.part`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) throw new Error(`it answers ${response.status} ${response.statusText}`);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isNaN(length) ? undefined : length;
    const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        onProgress?.(bytes, total);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(part));
    const found = hash.digest('hex');
    if (found !== sha256)
      throw new FetchFileError(
        'WRONG_CONTENT',
        `what ${url} gave is another file than the one that is known: its SHA-256 is ${found} instead of ${sha256}; it was thrown away`,
      );
    await rename(part, to);
    return { bytes };
  } catch (cause) {
    await rm(part, { force: true });
    if (cause instanceof FetchFileError) throw cause;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const why = inner instanceof Error ? inner.message : String(inner);
    throw new FetchFileError('UNREACHABLE', `cannot fetch ${url}: ${why}`, { cause });
  }
}
