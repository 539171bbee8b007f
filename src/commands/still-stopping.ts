import type { StillStopping } from '../operations/events.ts';

/** ms after which stopping takes long, and between two words about it. */
const EVERY = 10_000;

/** Tells which parts have not ended, while they take long after `signal` has aborted. @param now a monotone clock, ms */
export function tellStillStopping(
  signal: AbortSignal,
  parts: ReadonlyMap<string, Promise<unknown>>,
  now: () => number,
  tell: (event: StillStopping) => void,
): void {
  const going = new Set(parts.keys());
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    const asked = now();
    timer = setInterval(() => tell({ kind: 'still-stopping', parts: [...going], waited: now() - asked }), EVERY);
  };
  const end = (name: string): void => {
    going.delete(name);
    if (going.size > 0) return;
    signal.removeEventListener('abort', begin);
    clearInterval(timer);
  };
  for (const [name, part] of parts) {
    const ended = () => end(name);
    part.then(ended, ended);
  }
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
}
