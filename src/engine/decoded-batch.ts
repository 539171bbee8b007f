import type { Tick } from '../../schemas/generated.ts';
import { schemaIdIn } from '../avro/frame.ts';
import type { Serde } from '../avro/serde.ts';
import { shortText } from '../avro/short-text.ts';
import type { LogRecord } from '../log/log.ts';
import type { TickCodec } from './tick.ts';

type Records = readonly LogRecord[];

/** Gives a batch's records as their topic reads them: the same object for the same list, as long as somebody holds the list. */
export type Decoding = (records: Records) => DecodedBatch;

export function decoding(serde: Serde<unknown>, ticks: TickCodec | undefined): Decoding {
  // By list, as a weak reference for every record would keep the garbage collector busy.
  const batches = new WeakMap<Records, DecodedBatch>();
  return (records) => {
    const known = batches.get(records);
    if (known !== undefined) return known;
    const batch = new DecodedBatch(records, serde, ticks);
    batches.set(records, batch);
    return batch;
  };
}

/** The records of a batch, each decoded when it is asked for, and once for all who read the batch. Hot path. */
export class DecodedBatch {
  readonly #records: Records;
  readonly #serde: Serde<unknown>;
  readonly #ticks: TickCodec | undefined;
  readonly #keys: (string | null | undefined)[];
  /** What has been asked for, ticks included. */
  readonly #values: unknown[];
  #prepared = false;

  constructor(records: Records, serde: Serde<unknown>, ticks: TickCodec | undefined) {
    this.#records = records;
    this.#serde = serde;
    this.#ticks = ticks;
    this.#keys = new Array(records.length);
    this.#values = new Array(records.length);
  }

  /** Fetches schemas that have not been seen, so that decoding need not wait. @throws AvroError UNAVAILABLE */
  async prepare(): Promise<void> {
    if (this.#prepared) return;
    /** One value of each schema, or of each run of it. */
    const samples: Buffer[] = [];
    let last: number | undefined;
    for (const record of this.#records) {
      const id = schemaIdIn(record);
      if (id === undefined || id === last) continue;
      const { value } = record;
      if (value !== null) samples.push(value);
      last = id;
    }
    await this.#serde.prepare(samples);
    await this.#ticks?.prepare(samples);
    this.#prepared = true;
  }

  key(index: number): string | null {
    const known = this.#keys[index];
    if (known !== undefined) return known;
    const record = this.#records[index];
    const key = record === undefined ? null : keyOf(record);
    this.#keys[index] = key;
    return key;
  }

  /** `null`: a tombstone. @throws AvroError */
  value(index: number): unknown {
    const known = this.#values[index];
    if (known !== undefined) return known;
    const record = this.#records[index];
    const value = record === undefined ? null : decoded(record, this.#serde);
    this.#values[index] = value;
    return value;
  }

  /** The tick in a record that is one; `undefined` for a tombstone, and in a topic that carries none. @throws AvroError */
  tick(index: number): Tick | undefined {
    const known = this.#values[index];
    if (known !== undefined) return known as Tick;
    const bytes = this.#records[index]?.value ?? null;
    if (bytes === null || this.#ticks === undefined) return undefined;
    const tick = this.#ticks.decode(bytes);
    this.#values[index] = tick;
    return tick;
  }
}

function keyOf(record: LogRecord): string | null {
  const { packed } = record;
  if (packed !== undefined) {
    return packed.keyAt < 0 ? null : shortText(packed.bytes, packed.keyAt, packed.keyEnd);
  }
  return record.key === null ? null : shortText(record.key, 0, record.key.length);
}

/** `null`: a tombstone. */
function decoded(record: LogRecord, serde: Serde<unknown>): unknown {
  const { packed } = record;
  if (packed !== undefined) {
    return packed.valueAt < 0 ? null : serde.decode(packed.bytes, packed.valueAt, packed.valueEnd);
  }
  return record.value === null ? null : serde.decode(record.value);
}
