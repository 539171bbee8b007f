import { isUtf8 } from 'node:buffer';
import type { CsvFormat } from '../../datasets/descriptor.ts';

/** A line without its end, or what can be shown of a line that is not text. */
export type Line = string | UnreadableLine;

export interface UnreadableLine {
  readonly reason: string;
  readonly shown: string;
}

export type Encoding = CsvFormat['encoding'];

const NEWLINE = 10;
const RETURN = 13;
const LONGEST = 1024 * 1024;
const SHOWN = 1000;
const windows1252 = new TextDecoder('windows-1252');

/**
 * Cuts bytes into lines, block by block, in bounded memory. Ends at LF or CRLF, or at CR in a file that has no LF. A line
 * over 1 MiB, with a NUL, or (as `utf-8`) with bytes that are not UTF-8 comes as an UnreadableLine.
 */
export async function* lines(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncIterable<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let end: number | undefined;
  let overlong: Buffer | undefined;
  let started = false;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!started) {
      if (bytes.length < 3) {
        rest = bytes;
        continue;
      }
      bytes = withoutMark(bytes);
      started = true;
    }
    end ??= lineEnd(bytes);
    if (overlong !== undefined) {
      const cut = bytes.indexOf(end);
      if (cut < 0) {
        rest = Buffer.alloc(0);
        continue;
      }
      yield [tooLong(overlong)];
      overlong = undefined;
      bytes = bytes.subarray(cut + 1);
    }
    const last = bytes.lastIndexOf(end);
    rest = bytes.subarray(last + 1);
    if (last >= 0) yield decode(bytes.subarray(0, last), end, encoding);
    if (rest.length > LONGEST) {
      overlong = Buffer.from(rest.subarray(0, SHOWN));
      rest = Buffer.alloc(0);
    }
  }
  if (overlong !== undefined) yield [tooLong(overlong)];
  if (!started) rest = withoutMark(rest);
  if (rest.length > 0) yield decode(rest, end ?? lineEnd(rest), encoding);
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Undecided (LF) while neither has been seen in a block that may be the start of a long line. */
function lineEnd(bytes: Buffer): number {
  return bytes.includes(NEWLINE) || !bytes.includes(RETURN) ? NEWLINE : RETURN;
}

function decode(bytes: Buffer, end: number, encoding: Encoding): Line[] {
  const text = encoding === 'latin1' ? windows1252.decode(bytes) : isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  const found: Line[] =
    text === undefined ? decodeEach(bytes, end, encoding) : text.split(end === NEWLINE ? '\n' : '\r');
  if (bytes.includes(RETURN)) dropReturns(found);
  if (bytes.includes(0)) refuseNuls(found);
  return found;
}

/** The block holds bytes that are not UTF-8: line by line, so that only the lines that have them are concerned. */
function decodeEach(bytes: Buffer, end: number, encoding: Encoding): Line[] {
  const found: Line[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const at = bytes.indexOf(end, start);
    const stop = at < 0 ? bytes.length : at;
    const line = bytes.subarray(start, stop);
    if (isUtf8(line)) found.push(line.toString('utf8'));
    else if (encoding === 'auto') found.push(windows1252.decode(line));
    else found.push({ reason: 'the line is not UTF-8; encoding latin1 may read it', shown: line.toString('latin1') });
    start = stop + 1;
  }
  return found;
}

function dropReturns(found: Line[]): void {
  for (let index = 0; index < found.length; index++) {
    const line = found[index];
    if (typeof line === 'string' && line.endsWith('\r')) found[index] = line.slice(0, -1);
  }
}

function refuseNuls(found: Line[]): void {
  for (let index = 0; index < found.length; index++) {
    const line = found[index];
    if (typeof line === 'string' && line.includes('\0')) {
      found[index] = { reason: 'the line holds NUL bytes', shown: line.slice(0, SHOWN).replaceAll('\0', '\u2400') };
    }
  }
}

function tooLong(start: Buffer): UnreadableLine {
  return { reason: 'the line is longer than 1 MiB; this is its start', shown: start.toString('latin1') };
}
