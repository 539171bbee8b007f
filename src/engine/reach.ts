import type { BroadcastInput } from './broadcast-input.ts';
import { combined, type InputWatermark } from './watermark.ts';

/** A broadcast topic that a task waits for. */
export interface Held {
  /** Name on the log. */
  readonly topic: string;
  /** The last moment of which nothing there will change any more, ms. The task goes no further than that. */
  readonly known: number;
}

export interface Reach {
  /** ms. */
  readonly watermark: number;
  /** All inputs have ended, and it has got to their end. */
  readonly closed: boolean;
  /** What holds it back from where its inputs are. */
  readonly held: Held | undefined;
}

/** How far a task gets: as far as its inputs, and no further than its broadcast topics are known. These alone take it nowhere. */
export function reached(inputs: readonly InputWatermark[], broadcasts: Iterable<BroadcastInput>): Reach {
  const { value: watermark, closed } = combined(inputs);
  let held: Held | undefined;
  for (const { topic, table } of broadcasts)
    if (table.known < (held?.known ?? watermark)) held = { topic: topic.physical, known: table.known };
  return held === undefined ? { watermark, closed, held } : { watermark: held.known, closed: false, held };
}
