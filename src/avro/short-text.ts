/** Short texts read from bytes: ids, categories, countries repeat. Hot path: bench/codec.ts. */

const slots = 4096;
/** Longest text that is looked up, in bytes: longer ones are seldom repeated. */
export const longestShort = 24;
/** Recently read texts by hash. Reading one again costs no allocation, and equal texts share memory. */
const recent: string[] = new Array<string>(slots).fill('');

/** The UTF-8 text from `start` to `end`. */
export function shortText(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > longestShort) return bytes.toString('utf8', start, end);
  const slot = hash(bytes, start, end) & (slots - 1);
  const known = recent[slot];
  if (known !== undefined && known.length === length && sameText(known, bytes, start)) {
    return known;
  }
  const text = bytes.toString('utf8', start, end);
  recent[slot] = text;
  return text;
}

/** True only for ASCII text, byte for byte. */
function sameText(text: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) {
      return false;
    }
  }
  return true;
}

/** Of the length, the ends and the middle: ids differ in their last digits. */
function hash(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length < 4) {
    let sum = length;
    for (let i = start; i < end; i++) {
      sum = Math.imul(sum, 31) + byte(bytes, i);
    }
    return sum;
  }
  const ends =
    byte(bytes, end - 1) | (byte(bytes, end - 2) << 8) | (byte(bytes, end - 3) << 16) | (byte(bytes, start) << 24);
  const mixed = Math.imul(ends, 0x9e3779b1) ^ Math.imul(length + byte(bytes, start + (length >> 1)), 0x85ebca6b);
  return mixed ^ (mixed >>> 16);
}

function byte(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0;
}
