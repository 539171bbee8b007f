import type { Tick } from '../../schemas/generated.ts';
import { IDLE_WRITER } from './tick.ts';

const NEVER = Number.NEGATIVE_INFINITY;

interface Writer {
  readonly of: number;
  /** By part; NEVER: that part has not ticked yet. */
  readonly times: number[];
  readonly closed: boolean[];
}

/** What survives a restart. */
export interface WatermarkState {
  readonly topic: string;
  readonly value: number | null;
  readonly greatest: number | null;
  readonly idle: number | null;
  readonly writers: readonly {
    readonly writer: string;
    readonly times: readonly (number | null)[];
    readonly closed: readonly boolean[];
  }[];
}

export const watermarkStateSchema = {
  type: 'record',
  name: 'InputWatermark',
  fields: [
    { name: 'topic', type: 'string' },
    { name: 'value', type: ['null', 'long'] },
    { name: 'greatest', type: ['null', 'long'] },
    { name: 'idle', type: ['null', 'long'] },
    {
      name: 'writers',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'TickWriter',
          fields: [
            { name: 'writer', type: 'string' },
            { name: 'times', type: { type: 'array', items: ['null', 'long'] } },
            { name: 'closed', type: { type: 'array', items: 'boolean' } },
          ],
        },
      },
    },
  ],
} as const;

/**
 * The watermark of one input partition. Where writers tick, it is the minimum of the ticks of all open writers, and the
 * greatest tick once all have closed; where nobody ticks, or nobody any more, it is the greatest event time minus
 * `disorder`. It never falls.
 */
export class InputWatermark {
  value = NEVER;
  /** All writers that ever ticked have closed, and there was one. */
  closed = false;
  readonly topic: string;
  readonly #disorder: number | undefined;
  readonly #writers = new Map<string, Writer>();
  #greatest = NEVER;
  #idle = NEVER;

  constructor(topic: string, disorder: number | undefined) {
    this.topic = topic;
    this.#disorder = disorder;
  }

  /** Which writer holds the watermark back, for people to see. */
  get heldBackBy(): string | undefined {
    let held: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [name, writer] of this.#writers) {
      const time = openTime(writer);
      if (time < least) {
        least = time;
        held = name;
      }
    }
    return held;
  }

  /** The newest tick of any writer, whoever holds the watermark back. */
  get newestTick(): number {
    let newest = this.#idle;
    for (const { times } of this.#writers.values()) for (const time of times) if (time > newest) newest = time;
    return newest;
  }

  /** The greatest event time observed. */
  get greatest(): number {
    return this.#greatest;
  }

  /** A record of an outsider's topic or of a table has been read. */
  observe(time: number): void {
    if (time <= this.#greatest) return;
    this.#greatest = time;
    if (this.#disorder !== undefined && (this.#writers.size === 0 || this.closed)) this.#raise(time - this.#disorder);
  }

  tick(tick: Tick): void {
    if (tick.writer === IDLE_WRITER) {
      this.#idle = Math.max(this.#idle, tick.time);
      this.#raise(this.#idle);
      return;
    }
    let writer = this.#writers.get(tick.writer);
    if (writer === undefined || writer.of !== tick.of) {
      writer = { of: tick.of, times: new Array(tick.of).fill(NEVER), closed: new Array(tick.of).fill(false) };
      this.#writers.set(tick.writer, writer);
    }
    writer.times[tick.from] = Math.max(writer.times[tick.from] ?? NEVER, tick.time);
    writer.closed[tick.from] = tick.closed;
    this.#raise(this.#ofWriters());
  }

  #ofWriters(): number {
    if (this.#writers.size === 0) return NEVER;
    let least = Number.POSITIVE_INFINITY;
    let greatest = NEVER;
    for (const writer of this.#writers.values()) {
      least = Math.min(least, openTime(writer));
      for (const time of writer.times) if (time > greatest) greatest = time;
    }
    this.closed = least === Number.POSITIVE_INFINITY;
    return this.closed ? greatest : least;
  }

  #raise(value: number): void {
    if (value > this.value) this.value = value;
  }

  save(): WatermarkState {
    return {
      topic: this.topic,
      value: known(this.value),
      greatest: known(this.#greatest),
      idle: known(this.#idle),
      writers: [...this.#writers].map(([writer, { times, closed }]) => ({
        writer,
        times: times.map(known),
        closed: [...closed],
      })),
    };
  }

  restore(state: WatermarkState): void {
    this.value = state.value ?? NEVER;
    this.#greatest = state.greatest ?? NEVER;
    this.#idle = state.idle ?? NEVER;
    this.#writers.clear();
    for (const { writer, times, closed } of state.writers) {
      this.#writers.set(writer, { of: times.length, times: times.map((time) => time ?? NEVER), closed: [...closed] });
    }
    this.#raise(this.#ofWriters());
  }
}

/** The watermark of a task with these inputs: that of the one furthest behind. What has ended holds nobody back. */
export function combined(inputs: readonly InputWatermark[]): { readonly value: number; readonly closed: boolean } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = NEVER;
  for (const { closed, value } of inputs) {
    if (closed) greatest = Math.max(greatest, value);
    else least = Math.min(least, value);
  }
  return least === Number.POSITIVE_INFINITY ? { value: greatest, closed: true } : { value: least, closed: false };
}

function known(time: number): number | null {
  return time === NEVER ? null : time;
}

/**
 * The least tick of the writer's parts; Infinity when all have closed, and at the same time. A part that has closed while
 * others have not, or earlier than others, counts with its last tick: when a writer opens again, its parts do so one by
 * one, and those still to come must not be overtaken.
 */
function openTime({ times, closed }: Writer): number {
  const least = Math.min(...times);
  return closed.every(Boolean) && times.every((time) => time === least) ? Number.POSITIVE_INFINITY : least;
}
