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

/** Its code is of another version than everybody reads, and would go on from state that is not its own. */
export interface LeftOut {
  readonly kind: 'topology-left-out';
  readonly topology: string;
  /** Of the code. */
  readonly version: string;
  readonly inForce: string;
}

/** It was asked to stop a while ago, and these have not ended: what is waited for. Said again and again until they have. */
export interface StillStopping {
  readonly kind: 'still-stopping';
  /** Topologies, and `sinks`. */
  readonly parts: readonly string[];
  /** ms since it was asked. */
  readonly waited: number;
}

/** Of `ebb run --workers`. */
export type WorkerEvent =
  | { readonly kind: 'worker-started'; readonly worker: number; readonly process: number | undefined }
  | {
      readonly kind: 'worker-ended';
      readonly worker: number;
      readonly code: number | null;
      readonly signal: string | null;
      /** ms that it ran. */
      readonly ran: number;
      /** ms until it is started again; `undefined`: it is not. */
      readonly pause: number | undefined;
      /** It was asked to end. */
      readonly asked: boolean;
    };

/** A training that is due begins. */
export interface TrainingStarted {
  readonly kind: 'training-started';
  /** YYYY-MM-DD: the local day at whose end it is due. */
  readonly date: string;
}

/** A training that was due has come to its end; models that are in force stay so where it failed. */
export interface TrainingEnded {
  readonly kind: 'models-trained' | 'training-failed';
  /** YYYY-MM-DD: the local day at whose end it was due. */
  readonly date: string;
  /** Why it failed. */
  readonly code: string | undefined;
  /** For people: who is champion and why, or what was missing. */
  readonly reasons: readonly string[];
  /** ms. */
  readonly took: number;
}

/** A training that is due wants to know which models were better live, and outcomes have not come so far. Said again and again until they have. */
export interface TrainingWaits {
  readonly kind: 'training-waits';
  /** YYYY-MM-DD: the local day at whose end it is due. */
  readonly date: string;
  /** Of outcomes, on the log. */
  readonly topic: string;
  readonly partition: number;
  /** UTC epoch ms of event time: wanted are those of up to then. */
  readonly until: number;
  /** UTC epoch ms of event time up to which they are there; -Infinity before the first tick. */
  readonly reached: number;
  /** ms since the training began. */
  readonly waited: number;
}

/** What happens to a shop's topologies, sinks and models. */
export type PipelineEvent =
  | RunnerEvent
  | SinkRetrying
  | LeftOut
  | StillStopping
  | WorkerEvent
  | TrainingWaits
  | TrainingStarted
  | TrainingEnded;

export type OnPipelineEvent = (event: PipelineEvent) => void;
