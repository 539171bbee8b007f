import { setTimeout as sleep } from 'node:timers/promises';

/** ms for which a change of what is owned may still be followed by others of the same rebalance. */
const SETTLED = 200;

/** Tells once about changes that come together. */
export function rebalances(tell: () => void, stop: AbortSignal): { changed(): void } {
  let settling: AbortController | undefined;
  return {
    changed() {
      settling?.abort();
      settling = new AbortController();
      const signal = AbortSignal.any([stop, settling.signal]);
      // Given up when another change follows, or when all is given back because we stop.
      void sleep(SETTLED, undefined, { signal, ref: false }).then(tell, () => {});
    },
  };
}
