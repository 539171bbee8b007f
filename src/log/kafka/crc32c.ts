const polynomial = 0x82f63b78;

/** Eight tables of 256: eight bytes are folded in at a time. */
const tables = (() => {
  const all = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
    all[byte] = crc;
  }
  for (let index = 256; index < all.length; index++) {
    const before = all[index - 256] ?? 0;
    all[index] = (before >>> 8) ^ (all[before & 0xff] ?? 0);
  }
  return all;
})();

function table(row: number, byte: number): number {
  return tables[(row << 8) | (byte & 0xff)] ?? 0;
}

/** CRC-32C (Castagnoli) of `bytes[start..end)`, unsigned: what Kafka's record batches carry. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc ^= at4(bytes, at);
    const more = at4(bytes, at + 4);
    crc =
      table(7, crc) ^
      table(6, crc >>> 8) ^
      table(5, crc >>> 16) ^
      table(4, crc >>> 24) ^
      table(3, more) ^
      table(2, more >>> 8) ^
      table(1, more >>> 16) ^
      table(0, more >>> 24);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table(0, crc ^ (bytes[at] ?? 0));
  return ~crc >>> 0;
}

function at4(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
