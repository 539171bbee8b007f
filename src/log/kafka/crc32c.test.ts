import { expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

test.each([
  // The check value of the CRC catalogue, and test vectors of RFC 3720, B.4.
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 ascending bytes', Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)), 0x46dd794e],
  ['nothing', Buffer.alloc(0), 0],
])('the checksum of %s', (_what, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test('covers only the part that it is asked for', () => {
  expect(crc32c(Buffer.from('xx123456789yyy'), 2, 11)).toBe(0xe3069283);
});
