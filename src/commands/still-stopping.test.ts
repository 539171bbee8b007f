import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StillStopping } from '../operations/events.ts';
import { tellStillStopping } from './still-stopping.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('what takes long to stop is named until it has ended, with how long that has been', async () => {
  const told: StillStopping[] = [];
  const asked = new AbortController();
  const [profiles, sinks] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const parts = new Map([
    ['client-profiles', profiles.promise],
    ['sinks', sinks.promise],
  ]);
  tellStillStopping(asked.signal, parts, performance.now.bind(performance), (event) => told.push(event));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
  asked.abort();
  await vi.advanceTimersByTimeAsync(10_000);
  profiles.reject(new Error('failed'));
  await vi.advanceTimersByTimeAsync(10_000);
  sinks.resolve();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([
    { kind: 'still-stopping', parts: ['client-profiles', 'sinks'], waited: 10_000 },
    { kind: 'still-stopping', parts: ['sinks'], waited: 20_000 },
  ]);
  expect(vi.getTimerCount()).toBe(0);
});
