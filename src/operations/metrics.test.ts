import { expect, it } from 'vitest';
import type { TaskStatus } from '../engine/status.ts';
import { pipelineMetrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { processesText, processMetrics } from './process-metrics.ts';
import type { PipelineStatus } from './status.ts';

const task = (partition: number, more: Partial<TaskStatus> = {}): TaskStatus => ({
  ...{ partition, restored: true, lag: 0, watermark: 60_000, newest: 90_000, keys: 3, stateBytes: 99 },
  ...more,
});

function statusOf(tasks: readonly TaskStatus[], taken = 7): PipelineStatus {
  const counts = { in: taken, out: 5, late: 0, dead: 1, custom: new Map([['duplicates', 2]]) };
  const rest = { lag: 0, watermark: 0, keys: 0, waiting: 0, commits: 1, waitsFor: undefined };
  return {
    topologies: [{ topology: 'sessions', group: 'demo.sessions.v1', ...counts, ...rest, tasks }],
    sinks: [
      {
        ...{ name: 'files', written: 4, retries: 1, waitsFor: 'the disk is full' },
        partitions: [{ topic: 'events', partition: 0, lag: 12 }],
      },
    ],
  };
}

/** Samples by name and labels. */
function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

it('counts, and shows where each task stands, by shop, topology and partition', async () => {
  const metrics = pipelineMetrics('demo', { version: '1' });
  metrics.onEvent({ kind: 'committed', topology: 'sessions', partition: 0, took: 40, records: 500, bytes: 9_000 });
  metrics.onEvent({ kind: 'rebalanced', topology: 'sessions', partitions: [0, 1] });
  const found = samples(await metrics.text(statusOf([task(0, { lag: 8 }), task(1, { restored: false })])));
  expect(Object.fromEntries(found)).toMatchObject({
    'ebb_records_in_total{topology="sessions",shop="demo"}': 7,
    'ebb_records_dead_total{topology="sessions",shop="demo"}': 1,
    'ebb_counted_total{topology="sessions",metric="duplicates",shop="demo"}': 2,
    'ebb_lag_records{topology="sessions",partition="0",shop="demo"}': 8,
    'ebb_watermark_timestamp_seconds{topology="sessions",partition="0",shop="demo"}': 60,
    'ebb_watermark_lag_seconds{topology="sessions",partition="0",shop="demo"}': 30,
    'ebb_state_bytes{topology="sessions",partition="0",shop="demo"}': 99,
    'ebb_tasks{topology="sessions",state="running",shop="demo"}': 1,
    'ebb_tasks{topology="sessions",state="restoring",shop="demo"}': 1,
    'ebb_commit_seconds_bucket{le="0.05",shop="demo",topology="sessions"}': 1,
    'ebb_commit_seconds_bucket{le="0.025",shop="demo",topology="sessions"}': 0,
    'ebb_commit_records_sum{shop="demo",topology="sessions"}': 500,
    'ebb_rebalances_total{topology="sessions",shop="demo"}': 1,
    'ebb_sink_lag_records{sink="files",topic="events",partition="0",shop="demo"}': 12,
    'ebb_sink_failing{sink="files",shop="demo"}': 1,
  });
  expect([...found.keys()].filter((name) => name.includes('partition="1"'))).toEqual([]);
});

it('forgets a partition that went to another process, and counts on', async () => {
  const metrics = pipelineMetrics('demo', { version: '1' });
  await metrics.text(statusOf([task(0), task(1)]));
  const names = [...samples(await metrics.text(statusOf([task(1)], 9)))];
  expect(names.filter(([name]) => name.startsWith('ebb_lag_records')).map(([name]) => name)).toEqual([
    'ebb_lag_records{topology="sessions",partition="1",shop="demo"}',
  ]);
  expect(names).toContainEqual(['ebb_records_in_total{topology="sessions",shop="demo"}', 9]);
});

it('shows the metrics of several processes side by side', async () => {
  const processes = await Promise.all(['1', '2'].map((worker) => processMetrics({ worker }).values()));
  const names = [...samples(await processesText(processes)).keys()];
  for (const worker of ['1', '2']) {
    expect(names).toContain(`process_resident_memory_bytes{worker="${worker}"}`);
    expect(names).toContain(`nodejs_eventloop_lag_p99_seconds{worker="${worker}"}`);
  }
});

it('answers whether it lives, and whether it is ready', async () => {
  let waiting: readonly string[] = ['sessions restores partition 1'];
  const readiness = () => ({ ready: waiting.length === 0, waiting });
  await using server = await serveMetrics('0', { metrics: () => Promise.resolve('x 1\n'), readiness });
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`${server.url}${path}`, { method });
    return [response.status, await response.text()];
  };
  expect(await get('/healthz')).toEqual([200, 'ok\n']);
  expect(await get('/readyz')).toEqual([503, '{"ready":false,"waiting":["sessions restores partition 1"]}\n']);
  waiting = [];
  expect(await get('/readyz')).toEqual([200, '{"ready":true,"waiting":[]}\n']);
  expect(await get('/metrics')).toEqual([200, 'x 1\n']);
  expect((await get('/metrics', 'POST'))[0]).toBe(405);
  expect((await get('/'))[0]).toBe(404);
});

it('says when it cannot listen', async () => {
  const pages = { metrics: () => Promise.resolve(''), readiness: () => ({ ready: true, waiting: [] }) };
  await using first = await serveMetrics('127.0.0.1:0', pages);
  const address = new URL(first.url).host;
  await expect(serveMetrics(address, pages)).rejects.toThrow(/another program listens there. Give --metrics another/);
});
