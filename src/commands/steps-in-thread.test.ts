import { expect, it } from 'vitest';
import { stepsInThread } from './steps-in-thread.ts';

const script = new URL('./steps.testing.ts', import.meta.url);

function steps(given: { readonly steps: number; readonly end: string }, signal = new AbortController().signal) {
  const told: string[] = [];
  const onTold = (what: string) => void told.push(what);
  return { told, taken: stepsInThread<number, string>(script, given, { signal, onTold }) };
}

it('steps of a thread come one by one, each when it is asked for', async () => {
  const { taken, told } = steps({ steps: 3, end: 'well' });
  const all: (number | string)[] = [];
  for await (const step of taken) {
    await new Promise((done) => setTimeout(done, 20));
    all.push(step, ...told.splice(0));
  }
  expect(all).toEqual([1, 'step 1', 2, 'step 2', 3, 'step 3']);
});

it.each([
  ['log', { name: 'LogError', code: 'UNAVAILABLE', remedy: 'retry' }],
  ['error', { name: 'RangeError', message: 'too far' }],
])('what a thread throws is thrown where its steps are taken: %s', async (end, expected) => {
  const { taken } = steps({ steps: 1, end });
  await taken.next();
  await expect(taken.next()).rejects.toMatchObject(expected);
});

it('a thread ends at once when it is aborted, whatever it is at', async () => {
  const stopped = new AbortController();
  const { taken } = steps({ steps: 1, end: 'busy' }, stopped.signal);
  await taken.next();
  const next = taken.next();
  stopped.abort();
  await expect(next).rejects.toBe(stopped.signal.reason);
});

it('a step that was taken when it is aborted is the last', async () => {
  const stopped = new AbortController();
  const { taken } = steps({ steps: 3, end: 'well' }, stopped.signal);
  await taken.next();
  stopped.abort();
  await expect(taken.next()).rejects.toBe(stopped.signal.reason);
});
