/** What happens to the tasks of a topology, for logs and metrics. Plain data, so that a process can send it to another. */
interface OfTask {
  readonly topology: string;
  readonly partition: number;
}

/** What happens to the tasks of running topologies, told as it happens. */
export type RunnerEvent =
  /** The partition number is ours: its task restores its state. */
  | (OfTask & { readonly kind: 'task-gained' })
  /** The task has its state back and reads on. */
  | (OfTask & {
      readonly kind: 'task-restored';
      /** ms since it was gained, or since it was started again. */
      readonly took: number;
      readonly keys: number;
      /** Of its state, as it is on the log. */
      readonly bytes: number;
    })
  /** The task has ended here: another owner took the partition, we were asked to stop, or an error stops the topology. */
  | (OfTask & { readonly kind: 'task-lost'; readonly why: 'taken' | 'stopped' | 'failed' })
  | (OfTask & {
      readonly kind: 'committed';
      /** ms from the first attempt until it was through. */
      readonly took: number;
      readonly records: number;
      /** Of keys and values. */
      readonly bytes: number;
    })
  /**
   * The log refuses a commit or cannot be read, or the schema registry does not answer, for a reason that can heal: the
   * same is tried again after `pause` ms.
   */
  | (OfTask & {
      readonly kind: 'retrying';
      readonly what: 'commit' | 'schema' | 'task';
      readonly code: string;
      readonly reason: string;
      readonly pause: number;
    })
  /** A commit was refused whole because another owns the partition; the task is thrown away. */
  | (OfTask & { readonly kind: 'fenced'; readonly reason: string })
  /** What this process owns has changed, for another reason than that it stops. */
  | { readonly kind: 'rebalanced'; readonly topology: string; readonly partitions: readonly number[] };

export type OnRunnerEvent = (event: RunnerEvent) => void;
