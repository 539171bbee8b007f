import { expect, it } from 'vitest';
import { noCounts } from '../engine/counters.ts';
import type { TopologyStatus } from '../engine/status.ts';
import { readinessOf } from './readiness.ts';

const running: TopologyStatus = {
  ...noCounts(),
  ...{ topology: 'sessions', group: 'demo.sessions', lag: 0, watermark: 0, keys: 0, waiting: 0, commits: 1 },
  waitsFor: undefined,
  tasks: [{ partition: 0, restored: true, lag: 0, watermark: 0, newest: 0, keys: 0, stateBytes: 0 }],
};

it('is ready only while the log answers and takes commits', () => {
  expect(readinessOf({ topologies: [], sinks: [] }, 0)).toEqual({ ready: true, waiting: [] });
  expect(readinessOf({ topologies: [], sinks: [], waitsFor: 'No broker answers' }, 0)).toEqual({
    ready: false,
    waiting: ['the log: No broker answers'],
  });
  expect(readinessOf({ topologies: [{ ...running, waitsFor: 'No coordinator' }], sinks: [] }, 0)).toEqual({
    ready: false,
    waiting: ['sessions: No coordinator'],
  });
});
