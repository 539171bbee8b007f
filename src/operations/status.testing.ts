import { noCounts } from '../engine/counters.ts';
import type { TopologyStatus } from '../engine/status.ts';

/** A topology with one task that reads. */
export const running: TopologyStatus = {
  ...noCounts(),
  ...{ topology: 'sessions', group: 'demo.sessions', lag: 0, watermark: 0, keys: 0, waiting: 0, commits: 1 },
  waitsFor: undefined,
  tasks: [{ partition: 0, restored: true, lag: 0, watermark: 0, newest: 0, keys: 0, stateBytes: 0 }],
};
