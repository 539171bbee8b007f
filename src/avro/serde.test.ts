import type { Schema } from 'avsc';
import { expect, it } from 'vitest';
import { type Event, eventSchema } from '../../schemas/generated.ts';
import { memoryRegistry } from './memory-registry.ts';
import { openSerde } from './serde.ts';

const event: Event = {
  eventId: 'online-retail-0123456789ab-1',
  customerId: '17850',
  kind: 'PURCHASE',
  time: 1_291_191_960_000,
  orderId: '536365',
  product: 'Crème brûlée 🍮 dish',
  category: 'Home',
  unitPrice: 255,
  quantity: 6,
  amount: 1530,
  currency: 'GBP',
  paymentMethod: null,
  gender: null,
  age: null,
  country: 'United Kingdom',
  returned: false,
  localDate: '2010-12-01',
  localHour: 8,
  dataset: 'online-retail',
  file: '0123456789ab',
  row: 1,
};

const record = (fields: readonly object[], name = 'Thing') => ({ type: 'record', name, fields }) as unknown as Schema;
const field = async <T>(type: unknown) =>
  openSerde<{ readonly x: T }>(memoryRegistry(), 'things-value', record([{ name: 'x', type }]));

it('reads what it wrote, framed with a zero byte and the schema id', async () => {
  const serde = await openSerde<Event>(memoryRegistry(), 'events-value', eventSchema);
  const bytes = serde.encode(event);
  expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, serde.id]);
  expect(serde.decode(bytes)).toEqual(event);
});

it('leaves what it wrote alone, over many slabs and beyond a slab', async () => {
  const serde = await field<string>('string');
  const texts = [...Array(2000).keys()].map((i) => `${i} `.repeat(i));
  texts.push('x'.repeat(1_000_000), 'after');
  const written = texts.map((x) => serde.encode({ x }));
  expect(written.map((bytes) => serde.decode(bytes).x)).toEqual(texts);
});

it.each(['', 'a', 'abc', '__proto__', 'é', 'x'.repeat(24), 'x'.repeat(63), 'ü'.repeat(63), '🍮', 'x'.repeat(64), '\0'])(
  'keeps the text %j',
  async (x) => {
    const serde = await field<string | null>(['null', 'string']);
    expect(serde.decode(serde.encode({ x })).x).toBe(x);
    expect(serde.decode(serde.encode({ x })).x).toBe(x);
  },
);

it('tells apart texts that look alike to its cache', async () => {
  const serde = await field<string>('string');
  const texts = [...Array(20_000).keys()].map((i) => `${i}-${i % 7}-GBP`);
  expect(texts.map((x) => serde.decode(serde.encode({ x })).x)).toEqual(texts);
});

it('keeps sets, also of keys that are special to objects', async () => {
  const serde = await field<ReadonlySet<string>>({ type: 'array', logicalType: 'set', items: 'string' });
  const x = new Set(['__proto__', 'constructor', '', 'b', 'a']);
  expect([...serde.decode(serde.encode({ x })).x]).toEqual([...x]);
  expect(serde.decode(serde.encode({ x: new Set<string>() })).x).toEqual(new Set());
});

const counts = {
  type: 'array',
  logicalType: 'counts',
  items: {
    type: 'record',
    name: 'Count',
    fields: [
      { name: 'key', type: 'string' },
      { name: 'count', type: 'long' },
    ],
  },
};

it('keeps counts, also under keys that are special to objects', async () => {
  const serde = await field<ReadonlyMap<string, number>>(counts);
  const x = new Map([
    ['__proto__', 1],
    ['toString', -2],
    ['', 2 ** 40],
  ]);
  expect([...serde.decode(serde.encode({ x })).x]).toEqual([...x]);
  expect(serde.decode(serde.encode({ x: new Map<string, number>() })).x).toEqual(new Map());
});

it('keeps a nullable set', async () => {
  const serde = await field<ReadonlySet<string> | null>([
    'null',
    { type: 'array', logicalType: 'set', items: 'string' },
  ]);
  expect(serde.decode(serde.encode({ x: null })).x).toBeNull();
  expect(serde.decode(serde.encode({ x: new Set(['a']) })).x).toEqual(new Set(['a']));
});

it('keeps maps, also with the key __proto__', async () => {
  const serde = await field<Record<string, number>>({ type: 'map', values: 'long' });
  const x = JSON.parse('{"__proto__": 1, "a": 2}') as Record<string, number>;
  expect(Object.entries(serde.decode(serde.encode({ x })).x)).toEqual(Object.entries(x));
});

it('keeps bytes as Buffers and timestamps as numbers', async () => {
  const schema = record([
    { name: 'value', type: ['null', 'bytes'], default: null },
    { name: 'time', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ]);
  const serde = await openSerde(memoryRegistry(), 'things-value', schema);
  const value = { value: Buffer.from([0, 255, 1]), time: -1 };
  expect(serde.decode(serde.encode(value))).toEqual(value);
});

it('names the path and the value that do not fit', async () => {
  const serde = await openSerde(memoryRegistry(), 'events-value', eventSchema);
  const encode = (change: object) => () => serde.encode({ ...event, ...change });
  expect(encode({ amount: 1.5 })).toThrow(/amount is 1\.5, not a long/);
  expect(encode({ amount: 2 ** 53 })).toThrow(/amount is 9007199254740992, not a long within ±2\^53/);
  expect(encode({ kind: 'constructor' })).toThrow(/kind is "constructor", not one of PURCHASE, RETURN/);
  expect(encode({ currency: undefined })).toThrow(/currency is undefined, not string/);
  expect(encode({ customerId: 17850 })).toThrow(/customerId is 17850, not null or string/);
  expect(encode({ amount: 1n })).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  expect(() => serde.encode(null)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
});

it('names the item of a set that does not fit', async () => {
  const serde = await field<unknown>({ type: 'array', logicalType: 'set', items: 'string' });
  expect(() => serde.encode({ x: new Set(['a', 1]) })).toThrow(/x\.1 is 1, not string/);
  expect(() => serde.encode({ x: ['a'] })).toThrow(/x is a list of 1, not set/);
});

it('refuses bytes that are not framed, of a schema unknown, too short or too long', async () => {
  const serde = await openSerde(memoryRegistry(), 'events-value', eventSchema);
  const bytes = serde.encode(event);
  const code = (expected: string) => expect.objectContaining({ code: expected });
  expect(() => serde.decode(Buffer.from('{"json": true}'))).toThrow(code('NOT_FRAMED'));
  expect(() => serde.decode(Buffer.alloc(0))).toThrow(code('NOT_FRAMED'));
  expect(() => serde.decode(Buffer.from([0, 0, 0, 0, 99, 1]))).toThrow(code('UNKNOWN_SCHEMA'));
  expect(() => serde.decode(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(code('UNREADABLE'));
  for (let length = 5; length < bytes.length; length++) {
    expect(() => serde.decode(bytes.subarray(0, length)), `${length} bytes`).toThrow(code('UNREADABLE'));
  }
});

it.each([
  ['array', { type: 'array', items: 'string' }],
  ['set', { type: 'array', logicalType: 'set', items: 'string' }],
  ['counts', counts],
  ['map', { type: 'map', values: 'long' }],
])('gives up at once on the %s that claims more items than there are bytes', async (_name, type) => {
  const serde = await field<unknown>(type);
  const claim = Buffer.from([0, 0, 0, 0, serde.id, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 2, 97]);
  expect(() => serde.decode(claim)).toThrow(expect.objectContaining({ code: 'UNREADABLE' }));
});

it('keeps longs of every length', async () => {
  const serde = await field<number | null>(['null', 'long']);
  const powers = [...Array(54).keys()].map((power) => 2 ** power);
  for (const x of powers.flatMap((n) => [n - 1, n, -n, 1 - n, -n - 1]).filter(Number.isSafeInteger)) {
    expect(serde.decode(serde.encode({ x })).x).toBe(x || 0);
  }
});

it('writes longs as other writers of Avro do', async () => {
  const serde = await field<number>('long');
  const hex = (x: number) => serde.encode({ x }).subarray(5).toString('hex');
  expect([0, -1, 1, -64, 64, 8192, -(2 ** 31), 2 ** 53 - 1, 1 - 2 ** 53].map(hex)).toEqual([
    '00',
    '01',
    '02',
    '7f',
    '8001',
    '808001',
    'ffffffff0f',
    'feffffffffffff1f',
    'fdffffffffffff1f',
  ]);
});

it('refuses a long beyond what a number can hold, when reading too', async () => {
  const serde = await field<number>('long');
  const bytes = Buffer.from([0, 0, 0, 0, serde.id, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  expect(() => serde.decode(bytes)).toThrow(/beyond ±2\^53/);
});

it('refuses field names that objects already have', async () => {
  const schema = record([{ name: 'constructor', type: 'string' }]);
  await expect(openSerde(memoryRegistry(), 'f1-value', schema)).rejects.toMatchObject({ code: 'INVALID_SCHEMA' });
});
