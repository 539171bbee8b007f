import { LogError } from '../log/log.ts';
import { serveSteps } from './steps-in-thread.ts';

/** For the test of steps in a thread: counts, telling what it is about to do; what it does at the end depends on what it is given. */
serveSteps(async function* (
  { steps, end }: { readonly steps: number; readonly end: string },
  tell: (told: string) => void,
) {
  for (let step = 1; step <= steps; step++) {
    tell(`step ${step}`);
    yield step;
  }
  if (end === 'log') throw new LogError('UNAVAILABLE', 'the log is away');
  if (end === 'error') throw new RangeError('too far');
  if (end === 'busy') for (;;);
});
