/** A place in the order of asking; whoever holds it works. */
export interface Turn {
  readonly held: boolean;
  /** Resolves when it is held, at once when it already is. */
  hold(): Promise<void>;
  /** Lets the next one work; does nothing when it is not held. */
  release(): void;
}

/** At most `width` of the turns that it gives are held at a time. */
export function turns(width: number): () => Turn {
  const waiting: (() => void)[] = [];
  let free = width;
  return () => {
    let held = false;
    return {
      get held() {
        return held;
      },
      async hold() {
        if (held) {
          return;
        }
        if (free > 0) {
          free -= 1;
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          waiting.push(resolve);
          await promise;
        }
        held = true;
      },
      release() {
        if (!held) {
          return;
        }
        held = false;
        // Whoever waits gets the place itself, so that nobody slips in between.
        const next = waiting.shift();
        if (next === undefined) {
          free += 1;
        } else {
          next();
        }
      },
    };
  };
}
