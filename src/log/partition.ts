const seed = 0x9747b28c;
const m = 0x5bd1e995;

/** Kafka's murmur2 of the bytes, as the signed 32-bit integer that Java gives. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const whole = length & ~3;
  let h = seed ^ length;
  for (let i = 0; i < whole; i += 4) {
    let k = byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  if (whole < length) {
    for (let i = length - 1; i >= whole; i--) h ^= byte(bytes, i) << ((i & 3) * 8);
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** The partition that Kafka's default partitioner chooses for a key (text counts as UTF-8); no key goes to 0. */
export function partitionOf(key: string | Uint8Array | null, partitions: number): number {
  if (key === null) return 0;
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
