import type { TopologyStatus } from '../engine/status.ts';

/** A partition that a sink carries here. */
export interface SinkPartition {
  /** Name within the shop. */
  readonly topic: string;
  readonly partition: number;
  /** Records (and ticks) of the log not yet written, as last looked. */
  readonly lag: number;
}

/** Plain data, as is all of a status: a thread or a process can send it to another. */
export interface SinkStatus {
  readonly name: string;
  /** Records written since the start. */
  readonly written: number;
  /** How many times a write or a read was tried again. */
  readonly retries: number;
  /** Why nothing can be written for now; `undefined` while it can. */
  readonly waitsFor: string | undefined;
  /** Those carried here. */
  readonly partitions: readonly SinkPartition[];
}

/** A training that goes on. */
export interface TrainingStatus {
  /** YYYY-MM-DD: the local day at whose end it is due. */
  readonly date: string;
  readonly doing: 'reading' | 'training';
  /** How much of that is done, in [0, 1]. */
  readonly share: number;
}

/** What a shop's topologies and sinks do in this process. */
export interface PipelineStatus {
  readonly topologies: readonly TopologyStatus[];
  readonly sinks: readonly SinkStatus[];
  /** Absent while none goes on here. */
  readonly training?: TrainingStatus | undefined;
  /** Why nothing comes from the log for now; absent while it does. */
  readonly waitsFor?: string | undefined;
}
