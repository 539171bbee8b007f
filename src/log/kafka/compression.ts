import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { decompressLz4Raw, decompressSnappy } from 'hyparquet-compressors';

/** What Ebb writes with. It reads everything that Kafka's own clients write. */
export type Compression = 'zstd' | 'gzip' | 'none';

/** As in the lowest three bits of a record batch's attributes. */
export const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** Below this the compressor's start costs more than the network saves. Bytes. */
const worthIt = 512;
const zstdLevel = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const gzipLevel = { level: 1 };

/** The records section of a batch, compressed if that is worth it, and the codec that was used. */
export function compress(records: Buffer, wanted: Compression): { readonly codec: number; readonly bytes: Buffer } {
  if (wanted === 'none' || records.length < worthIt) return { codec: codecs.none, bytes: records };
  if (wanted === 'gzip') return { codec: codecs.gzip, bytes: gzipSync(records, gzipLevel) };
  return { codec: codecs.zstd, bytes: zstdCompressSync(records, zstdLevel) };
}

/** @throws Error when the bytes are not what the codec makes */
export function decompress(codec: number, bytes: Buffer): Buffer {
  switch (codec) {
    case codecs.none:
      return bytes;
    case codecs.gzip:
      return gunzipSync(bytes);
    case codecs.snappy:
      return snappy(bytes);
    case codecs.lz4:
      return lz4(bytes);
    case codecs.zstd:
      return zstdDecompressSync(bytes);
    default:
      throw new Error(`compression codec ${codec} is unknown`);
  }
}

const xerial = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/** Java's clients frame snappy in blocks (xerial); others write it bare. */
function snappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerial.length).equals(xerial)) return snappyBlock(bytes);
  const blocks: Buffer[] = [];
  // The magic, two versions, then blocks with their length.
  for (let at = xerial.length + 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    blocks.push(snappyBlock(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

function snappyBlock(block: Buffer): Buffer {
  let size = 0;
  for (let at = 0, shift = 0; ; at++, shift += 7) {
    const byte = block[at] ?? 0;
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return asBuffer(decompressSnappy(block, size));
}

const lz4Magic = 0x184d2204;
const blockSizes: Readonly<Record<number, number>> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 };

/** The LZ4 frame format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
function lz4(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) !== lz4Magic) throw new Error('not an LZ4 frame');
  const flags = bytes.readUInt8(4);
  const largest = blockSizes[(bytes.readUInt8(5) >> 4) & 7];
  if (largest === undefined || (flags & 0x20) === 0) throw new Error('an LZ4 frame with linked or unknown blocks');
  const withChecksums = (flags & 0x10) !== 0;
  const blocks: Buffer[] = [];
  // Magic, flags, block size, content size if there is one, header checksum.
  for (let at = 7 + ((flags & 0x08) === 0 ? 0 : 8); ; ) {
    const header = bytes.readUInt32LE(at);
    if (header === 0) return Buffer.concat(blocks);
    const length = header & 0x7fffffff;
    const block = bytes.subarray(at + 4, at + 4 + length);
    blocks.push(header >>> 31 === 1 ? block : lz4Block(block, largest));
    at += 4 + length + (withChecksums ? 4 : 0);
  }
}

/** A block says how long it is compressed, not how long it was: that follows from its sequences. */
function lz4Block(block: Buffer, largest: number): Buffer {
  let size = 0;
  for (let at = 0; at < block.length; ) {
    const token = block[at++] ?? 0;
    let literals = token >> 4;
    if (literals === 15) for (let more = 255; more === 255; literals += more) more = block[at++] ?? 0;
    at += literals;
    size += literals;
    if (at >= block.length) break;
    at += 2;
    let match = (token & 15) + 4;
    if (match === 19) for (let more = 255; more === 255; match += more) more = block[at++] ?? 0;
    size += match;
  }
  if (size > largest) throw new Error('an LZ4 block is longer than its frame allows');
  return asBuffer(decompressLz4Raw(block, size));
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
