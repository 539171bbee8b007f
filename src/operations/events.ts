import type { RunnerEvent } from '../engine/events.ts';

/** A sink's store, or the log it reads, does not do what it should, for a reason that can heal: tried again after `pause` ms. */
export interface SinkRetrying {
  readonly kind: 'sink-retrying';
  readonly sink: string;
  readonly topic: string;
  readonly partition: number;
  readonly code: string;
  readonly reason: string;
  readonly pause: number;
}

/** What happens to a shop's topologies and sinks. */
export type PipelineEvent = RunnerEvent | SinkRetrying;

export type OnPipelineEvent = (event: PipelineEvent) => void;
