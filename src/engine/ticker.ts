import type { Outputs } from './outputs.ts';
import type { Plan } from './plan.ts';

/** Tells the readers of a task's outputs how far it has come, at that place in the stream. */
export class Ticker {
  /** ms; null before the first. */
  last: number | null = null;
  closed = false;
  readonly #plan: Plan;
  readonly #partition: number;
  readonly #outputs: Outputs;

  constructor(plan: Plan, partition: number, outputs: Outputs) {
    this.#plan = plan;
    this.#partition = partition;
    this.#outputs = outputs;
  }

  /** Ticks when the watermark has crossed a step since the last tick, and when the inputs have ended or go on again. */
  reached(watermark: number, closed: boolean): void {
    const { tickStep } = this.#plan.topology;
    const crossed = this.last === null || Math.floor(watermark / tickStep) > Math.floor(this.last / tickStep);
    if (watermark === Number.NEGATIVE_INFINITY || !(crossed || closed !== this.closed)) return;
    this.closed = closed;
    this.last = watermark;
    const { name, version } = this.#plan.topology;
    const tick = { writer: `${name}.${version}`, from: this.#partition, of: this.#plan.partitions };
    for (const { physical, partitions, ticks } of this.#plan.outputs.values()) {
      if (ticks === undefined) continue;
      const record = ticks.record({ ...tick, time: watermark, closed });
      for (let partition = 0; partition < partitions; partition++) this.#outputs.putTick(physical, partition, record);
    }
  }
}
