import { expect, it } from 'vitest';
import { readinessOf } from './readiness.ts';

it('is ready only while the log answers', () => {
  expect(readinessOf({ topologies: [], sinks: [] }, 0)).toEqual({ ready: true, waiting: [] });
  expect(readinessOf({ topologies: [], sinks: [], waitsFor: 'No broker answers' }, 0)).toEqual({
    ready: false,
    waiting: ['the log: No broker answers'],
  });
});
