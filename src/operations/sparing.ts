/** Says the same only now and then. */
export interface Sparing {
  /**
   * Whether `what` may be said again at `now` ms, and how often it was not since it was last said.
   */
  may(what: string, now: number): { readonly unsaid: number } | undefined;
}

/** @param every ms between two times that the same is said */
export function sparing(every: number): Sparing {
  const said = new Map<string, { at: number; unsaid: number }>();
  return {
    may(what, now) {
      const last = said.get(what);
      if (last !== undefined && now - last.at < every) {
        last.unsaid++;
        return undefined;
      }
      said.set(what, { at: now, unsaid: 0 });
      return { unsaid: last?.unsaid ?? 0 };
    },
  };
}
