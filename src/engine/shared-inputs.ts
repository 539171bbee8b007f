import type { Serde } from '../avro/serde.ts';
import { type Decoding, decoding } from './decoded-batch.ts';
import type { TickCodec } from './tick.ts';
import type { RecordSchema } from './topic.ts';

/** Lets topologies of one process that read the same topic decode each record once for all. A topology must not change the values that it is given: others see them too. */
export type SharedInputs = (topic: {
  readonly physical: string;
  readonly topic: { readonly schema: RecordSchema };
  readonly serde: Serde<unknown>;
  readonly ticks: TickCodec | undefined;
}) => Decoding;

export function sharedInputs(): SharedInputs {
  const decodings = new Map<string, Decoding>();
  return ({ physical, topic, serde, ticks }) => {
    // Topologies of different versions may read one topic into different schemas.
    const key = `${physical} ${JSON.stringify(topic.schema)}`;
    const shared = decodings.get(key) ?? decoding(serde, ticks);
    decodings.set(key, shared);
    return shared;
  };
}
