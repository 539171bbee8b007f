import { expect, it } from 'vitest';
import { readinessOf } from './readiness.ts';
import { running } from './status.testing.ts';

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
