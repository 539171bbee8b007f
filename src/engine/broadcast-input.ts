import { AvroError } from '../avro/error.ts';
import type { LogRecord } from '../log/log.ts';
import { BroadcastTable } from './broadcast.ts';
import type { PlannedTopic } from './plan.ts';
import { isTick } from './tick.ts';
import { TopologyError } from './topology.ts';
import { InputWatermark } from './watermark.ts';

/** A broadcast topic as one task knows it. */
export class BroadcastInput {
  readonly topic: PlannedTopic;
  readonly table: BroadcastTable<unknown>;
  /** By partition; none where the topic carries no ticks. */
  readonly #watermarks: readonly InputWatermark[];

  constructor(topic: PlannedTopic) {
    this.topic = topic;
    this.table = new BroadcastTable(topic.physical);
    const ticked = topic.ticks === undefined ? 0 : topic.partitions;
    this.#watermarks = Array.from({ length: ticked }, () => new InputWatermark(topic.physical, undefined));
  }

  /** @throws TopologyError BROADCAST_UNREADABLE */
  take(topology: string, partition: number, record: LogRecord): void {
    const { topic, table } = this;
    const { key, value, offset } = record;
    if (value === null) {
      if (key !== null) table.delete(key.toString());
      return;
    }
    try {
      if (isTick(record)) {
        const tick = topic.ticks?.decode(value);
        if (tick === undefined) return;
        this.#watermarks[partition]?.tick(tick);
        table.known = this.#known();
      } else {
        const decoded = topic.serde.decode(value);
        table.put(key?.toString() ?? '', topic.topic.time(decoded), decoded);
      }
    } catch (cause) {
      if (!(cause instanceof AvroError)) throw cause;
      throw new TopologyError(
        'BROADCAST_UNREADABLE',
        `topology ${topology}: ${topic.physical}, partition ${partition}, offset ${offset} does not decode: ${cause.message}. The topology stops; mend or delete that topic`,
        { cause },
      );
    }
  }

  /**
   * The last moment of which nothing will change any more. A tick at t leaves open what holds from t on. Where nobody has
   * ever ticked, nobody is waited for; a part that is yet to tick is.
   */
  #known(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { closed, value } of this.#watermarks) if (!closed) least = Math.min(least, value - 1);
    return least;
  }
}
