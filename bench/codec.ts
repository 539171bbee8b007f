/** Encoding and decoding framed Avro: a small record and the canonical event. Against avsc alone: no frame, no checks. */

import avsc, { type Schema } from 'avsc';
import { eventSchema, type Tick, tickSchema } from '../schemas/generated.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import { openSerde } from '../src/avro/serde.ts';
import { event } from './event.ts';
import { measure } from './measure.ts';
import { printTable, type Row } from './table.ts';

const records = 200_000;
const rounds = 6;

async function benchCodec(): Promise<void> {
  const rows = [...(await benchType('tick', tickSchema, tick)), ...(await benchType('event', eventSchema, event))];
  printTable('codec', rows, 'avsc: its own encoder and decoder, without frame and checks', 'of avsc');
}

async function benchType<T>(name: string, schema: Schema, make: (i: number) => T): Promise<readonly Row[]> {
  await using registry = memoryRegistry();
  const serde = await openSerde<T>(registry, `${name}-value`, schema);
  const bare = avsc.Type.forSchema(schema);
  const values = Array.from({ length: records }, (_, i) => make(i));
  const framed = values.map((value) => serde.encode(value));
  const plain = values.map((value) => bare.toBuffer(value));
  const size = Math.round(framed.reduce((sum, { length }) => sum + length, 0) / records);
  return [
    {
      what: `encode ${name} (${size} B)`,
      measured: await measure(() => each(values, serde.encode), rounds),
      ceiling: await measure(() => each(values, (value) => bare.toBuffer(value)), rounds),
    },
    {
      what: `decode ${name} (${size} B)`,
      measured: await measure(() => each(framed, serde.decode), rounds),
      ceiling: await measure(() => each(plain, (bytes) => bare.fromBuffer(bytes)), rounds),
    },
  ];
}

function each<V>(values: readonly V[], work: (value: V) => unknown): () => number {
  return () => {
    for (const value of values) work(value);
    return values.length;
  };
}

function tick(i: number): Tick {
  return { writer: 'normalise', from: i % 4, of: 4, time: 1_290_000_000_000 + i * 60_000, closed: false };
}

await benchCodec();
