import { AvroError } from '../avro/error.ts';
import type { LogRecord } from '../log/log.ts';
import { BroadcastTable } from './broadcast.ts';
import type { PlannedTopic } from './plan.ts';
import { isTick } from './tick.ts';
import { TopologyError } from './topology.ts';
import { InputWatermark } from './watermark.ts';

/** A broadcast topic as one task knows it. */
export interface BroadcastInput {
  readonly topic: PlannedTopic;
  readonly table: BroadcastTable<unknown>;
  /** By partition; none where the topic carries no ticks. */
  readonly watermarks: readonly InputWatermark[];
}

export function broadcastInput(topic: PlannedTopic): BroadcastInput {
  const ticked = topic.ticks === undefined ? 0 : topic.partitions;
  const watermarks = Array.from({ length: ticked }, () => new InputWatermark(topic.physical, undefined));
  return { topic, table: new BroadcastTable(), watermarks };
}

/** @throws TopologyError BROADCAST_UNREADABLE */
export function takeBroadcast(
  topology: string,
  { topic, table, watermarks }: BroadcastInput,
  partition: number,
  record: LogRecord,
): void {
  const { key, value, offset } = record;
  if (value === null) {
    if (key !== null) table.delete(key.toString());
    return;
  }
  try {
    if (isTick(record)) {
      const tick = topic.ticks?.decode(value);
      if (tick !== undefined) watermarks[partition]?.tick(tick);
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
