/** Prometheus' metrics of a shop's topologies and sinks. Nothing is done per record: gauges and counters are read from the status when somebody asks, histograms take one observation per commit. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TopologyStatus } from '../engine/status.ts';
import type { PipelineEvent } from './events.ts';
import type { PipelineStatus, SinkStatus } from './status.ts';

export interface PipelineMetrics {
  onEvent(event: PipelineEvent): void;
  /** In Prometheus' text format. */
  text(status: PipelineStatus): Promise<string>;
}

const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const RESTORE_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900];
const COMMIT_RECORDS = [1, 10, 100, 1_000, 10_000, 100_000];
const COMMIT_BYTES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

export function pipelineMetrics(shop: string, about: { readonly version: string }): PipelineMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ shop });
  const registers = [registry];
  const perTopology = ['topology'] as const;
  const perPartition = ['topology', 'partition'] as const;
  const counter = (name: string, help: string, labelNames: readonly string[] = perTopology) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = (name: string, help: string, labelNames: readonly string[] = perPartition) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, labelNames: [...perTopology], registers });

  const totals: readonly (readonly [Counter, (status: TopologyStatus) => number])[] = [
    [counter('ebb_records_in_total', 'Records read'), (one) => one.in],
    [counter('ebb_records_out_total', 'Records written to output topics'), (one) => one.out],
    [counter('ebb_records_late_total', 'Records that came after their window had closed'), (one) => one.late],
    [counter('ebb_records_dead_total', 'Records that could not be read or broke a rule'), (one) => one.dead],
  ];
  const counted = counter('ebb_counted_total', 'What topologies count themselves', ['topology', 'metric']);
  const tasks = gauge('ebb_tasks', 'Tasks owned', ['topology', 'state']);
  const lag = gauge('ebb_lag_records', 'Records not yet read, as of the last batch');
  const keys = gauge('ebb_state_keys', 'Keys in state');
  const stateBytes = gauge('ebb_state_bytes', 'Size of the state as it is on the log');
  const watermark = gauge('ebb_watermark_timestamp_seconds', 'Event time up to which results are complete');
  const behind = gauge('ebb_watermark_lag_seconds', 'Event time between the newest record or tick and the watermark');
  const held = gauge('ebb_held', '1 while a task waits for a broadcast topic, such as models, to get further in time');
  const refused = gauge('ebb_commits_refused', '1 while the log refuses commits', perTopology);
  const commitSeconds = histogram('ebb_commit_seconds', 'From the first attempt until committed', COMMIT_SECONDS);
  const commitRecords = histogram('ebb_commit_records', 'Records written in a commit', COMMIT_RECORDS);
  const commitBytes = histogram('ebb_commit_bytes', 'Keys and values written in a commit', COMMIT_BYTES);
  const restoreSeconds = histogram('ebb_restore_seconds', 'Until a task had its state back', RESTORE_SECONDS);
  const retries = counter('ebb_retries_total', 'Commits, or whole tasks, tried again', ['topology', 'what', 'code']);
  const fenced = counter('ebb_fenced_total', 'Commits refused because another owned the partition');
  const lost = counter('ebb_tasks_lost_total', 'Tasks that ended here', ['topology', 'why']);
  const rebalances = counter('ebb_rebalances_total', 'Changes of what is owned');
  const restarts = counter('ebb_worker_restarts_total', 'Workers started again', ['worker']);
  const written = counter('ebb_sink_records_total', 'Records written by sinks', ['sink']);
  const sinkRetries = counter('ebb_sink_retries_total', 'Reads and writes of sinks tried again', ['sink']);
  const sinkLag = gauge('ebb_sink_lag_records', 'Records of the log not yet written', ['sink', 'topic', 'partition']);
  const failing = gauge('ebb_sink_failing', '1 while a sink waits for what can heal', ['sink']);
  const failed = gauge('ebb_sink_last_error_timestamp_seconds', 'When a sink last failed', ['sink', 'code']);
  gauge('ebb_build_info', 'Version of Ebb', ['version', 'node']).set({ ...about, node: process.version }, 1);

  const read = [...totals.map(([total]) => total), counted, tasks, lag, keys, stateBytes, watermark, behind];
  const readOfWaits = [held, refused];
  const readOfSinks = [written, sinkRetries, sinkLag, failing];

  function take(status: TopologyStatus): void {
    const { topology } = status;
    for (const [total, of] of totals) total.inc({ topology }, of(status));
    for (const [metric, count] of status.custom) counted.inc({ topology, metric }, count);
    const restored = status.tasks.filter((task) => task.restored);
    tasks.set({ topology, state: 'running' }, restored.length);
    tasks.set({ topology, state: 'restoring' }, status.tasks.length - restored.length);
    refused.set({ topology }, status.waitsFor === undefined ? 0 : 1);
    for (const task of restored) {
      const labels = { topology, partition: String(task.partition) };
      lag.set(labels, task.lag);
      keys.set(labels, task.keys);
      stateBytes.set(labels, task.stateBytes);
      held.set(labels, task.held === undefined ? 0 : 1);
      // Before anything is known there is no watermark, and no number that would not mislead.
      if (!Number.isFinite(task.watermark)) continue;
      watermark.set(labels, task.watermark / 1000);
      behind.set(labels, (task.newest - task.watermark) / 1000);
    }
  }

  function takeSink({ name: sink, written: records, retries: again, waitsFor, partitions }: SinkStatus): void {
    written.inc({ sink }, records);
    sinkRetries.inc({ sink }, again);
    failing.set({ sink }, waitsFor === undefined ? 0 : 1);
    for (const { topic, partition, lag: left } of partitions)
      sinkLag.set({ sink, topic, partition: String(partition) }, left);
  }

  return {
    onEvent(event) {
      switch (event.kind) {
        case 'committed':
          commitSeconds.observe({ topology: event.topology }, event.took / 1000);
          commitRecords.observe({ topology: event.topology }, event.records);
          commitBytes.observe({ topology: event.topology }, event.bytes);
          return;
        case 'task-restored':
          return restoreSeconds.observe({ topology: event.topology }, event.took / 1000);
        case 'retrying':
          return retries.inc({ topology: event.topology, what: event.what, code: event.code });
        case 'fenced':
          return fenced.inc({ topology: event.topology });
        case 'task-lost':
          return lost.inc({ topology: event.topology, why: event.why });
        case 'rebalanced':
          return rebalances.inc({ topology: event.topology });
        case 'sink-retrying':
          return failed.setToCurrentTime({ sink: event.sink, code: event.code });
        case 'worker-ended':
          return restarts.inc({ worker: String(event.worker) }, event.pause === undefined ? 0 : 1);
        case 'task-gained':
        case 'training-started':
        case 'models-trained':
        case 'training-waits':
        case 'training-failed':
        case 'worker-started':
        case 'topology-left-out':
        case 'still-stopping':
          return;
      }
      event satisfies never;
    },
    async text(status) {
      // Whole anew: a partition that another process owns now must not stay with its last value.
      for (const metric of [...read, ...readOfWaits, ...readOfSinks]) metric.reset();
      for (const topology of status.topologies) take(topology);
      for (const sink of status.sinks) takeSink(sink);
      return registry.metrics();
    },
  };
}
