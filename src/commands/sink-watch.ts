import type { RunSinkOptions } from '../../connectors/sinks/runner.ts';
import type { OnPipelineEvent } from '../operations/events.ts';
import type { SinkStatus } from '../operations/status.ts';

/** Keeps count of what a sink does. */
export interface SinkWatch {
  /** Its runner's callbacks. */
  readonly callbacks: Pick<RunSinkOptions, 'onTaken' | 'onLeft' | 'onProgress' | 'onRetry'>;
  /** `<sink> <topic> <partition>` of all that has been taken over here, also what has been lost again. */
  readonly taken: ReadonlySet<string>;
  /** What is carried now, by topic within the shop. */
  status(): SinkStatus;
  /** @param ends by topic within the shop and partition: where the log ends now */
  look(ends: ReadonlyMap<string, readonly number[]>): void;
}

interface Carried {
  readonly topic: string;
  readonly partition: number;
  next: number;
  end: number;
}

export function watchSink(name: string, tell: OnPipelineEvent): SinkWatch {
  const carried = new Map<string, Carried>();
  const taken = new Set<string>();
  let written = 0;
  let retries = 0;
  let waitsFor: { readonly at: string; readonly reason: string } | undefined;
  const at = (topic: string, partition: number): string => `${name} ${topic} ${partition}`;
  /** The trouble of one partition is over when that one goes on. */
  const goesOn = (key: string): void => {
    if (waitsFor?.at === key) waitsFor = undefined;
  };
  return {
    taken,
    callbacks: {
      onTaken(topic, partition, next) {
        const key = at(topic, partition);
        carried.set(key, { topic, partition, next, end: next });
        taken.add(key);
        goesOn(key);
      },
      onLeft(topic, partition) {
        carried.delete(at(topic, partition));
        goesOn(at(topic, partition));
      },
      onProgress({ topic, partition, records, next, end }) {
        const key = at(topic, partition);
        written += records;
        carried.set(key, { topic, partition, next, end });
        goesOn(key);
      },
      onRetry({ topic, partition }, error, pause) {
        retries++;
        const reason = error instanceof Error ? error.message : String(error);
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
        waitsFor = { at: at(topic, partition), reason };
        tell({ kind: 'sink-retrying', sink: name, topic, partition, code, reason, pause });
      },
    },
    status: () => ({
      name,
      written,
      retries,
      waitsFor: waitsFor?.reason,
      partitions: [...carried.values()].map(({ topic, partition, next, end }) => ({
        topic,
        partition,
        lag: Math.max(0, end - next),
      })),
    }),
    look(ends) {
      for (const one of carried.values()) one.end = ends.get(one.topic)?.[one.partition] ?? one.end;
    },
  };
}
