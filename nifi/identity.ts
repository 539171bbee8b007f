import { createHash } from 'node:crypto';

/** A UUID that is a function of the name: the same flow has the same ids (RFC 9562, version 5, with a namespace of our own). */
export function idOf(...name: readonly string[]): string {
  const bytes = createHash('sha1')
    .update(`ebb/nifi/${name.join('/')}`)
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
