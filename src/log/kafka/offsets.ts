/** OffsetFetch (version 7), which kafkajs lacks: it waits for positions that a transaction is about to move. */
import type { Broker } from 'kafkajs/src/cluster/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';

export interface Committed {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Committed positions of a group: of one partition number of the topics named, or all there are. Of those named none is
 * about to change. @throws kafkajs's protocol errors, UNSTABLE_OFFSET_COMMIT while a transaction that moves one of them ends
 */
export function committedOffsets(
  coordinator: Broker,
  group: string,
  only?: { readonly topics: readonly string[]; readonly partition: number },
): Promise<readonly Committed[]> {
  return coordinator.connectionPool.send({
    request: {
      apiKey: 9,
      apiVersion: 7,
      apiName: 'OffsetFetch',
      encode: async () => {
        // Headers and bodies of this version end with a list of tagged fields, here empty; strings and lists are compact.
        const none = Buffer.from([0]);
        const stable = Buffer.from([1]);
        const topics = only?.topics.flatMap((topic) => [compact(topic), uvarint(2), int32(only.partition), none]) ?? [];
        // No list of topics is all topics.
        const count = only === undefined ? none : uvarint(only.topics.length + 1);
        const bytes = Buffer.concat([none, compact(group), count, ...topics, stable, none]);
        const request = new Encoder(bytes.length);
        request.writeBufferInternal(bytes);
        return request;
      },
    },
    response: { decode: async (payload: Buffer) => decodeOffsets(payload), parse: async (offsets) => offsets },
    logResponseError: false,
  });
}

function decodeOffsets(bytes: Buffer): readonly Committed[] {
  const committed: Committed[] = [];
  const from = new Compact(bytes, 5);
  for (let topics = from.count(); topics > 0; topics--) {
    const topic = from.text();
    for (let partitions = from.count(); partitions > 0; partitions--) {
      const partition = from.int32();
      const offset = from.int64();
      from.int32();
      from.text();
      failOn(from.int16());
      from.count();
      if (offset >= 0) committed.push({ topic, partition, offset });
    }
    from.count();
  }
  failOn(from.int16());
  return committed;
}

function failOn(code: number): void {
  if (code !== 0) throw protocolErrors.createErrorFromCode(code);
}

/** Reads the compact forms of newer protocol versions. */
class Compact {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigInt64BE(this.#at - 8));
  }

  /** Elements of a list: they are counted from 1, as 0 is no list. */
  count(): number {
    return Math.max(0, this.#uvarint() - 1);
  }

  text(): string {
    const length = this.count();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  #uvarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Text as newer protocol versions write it. */
export function compact(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uvarint(bytes.length + 1), bytes]);
}

/** An unsigned number of variable length, as compact strings begin with. */
function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
