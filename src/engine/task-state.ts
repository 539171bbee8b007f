import type { TaskState } from './plan.ts';
import type { Ticker } from './ticker.ts';
import type { InputWatermark } from './watermark.ts';

type Inputs = ReadonlyMap<string, { readonly watermark: InputWatermark }>;

/** What a task has to know again after a restart, beside its stores. */
export function taskState(watermark: number, { last, closed }: Ticker, inputs: Inputs): TaskState {
  return {
    watermark: watermark === Number.NEGATIVE_INFINITY ? null : watermark,
    lastTick: last,
    closed,
    inputs: Array.from(inputs.values(), (input) => input.watermark.save()),
  };
}

/** @returns the task's watermark */
export function restoreTaskState(state: TaskState, ticker: Ticker, inputs: Inputs): number {
  ticker.last = state.lastTick;
  ticker.closed = state.closed;
  for (const input of state.inputs) inputs.get(input.topic)?.watermark.restore(input);
  return state.watermark ?? Number.NEGATIVE_INFINITY;
}
