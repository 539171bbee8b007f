import type { PipelineState } from '../../shown.ts';

/** Records a second over about the last ten, by what they are of: `topic events`, `read sessions`. */
export interface Rates {
  add(state: PipelineState): void;
  of(what: string): number;
}

/** ms. */
const SPAN = 10_000;

export function openRates(): Rates {
  let seen: readonly { readonly at: number; readonly counts: ReadonlyMap<string, number> }[] = [];
  return {
    add({ at, topics, topologies, sinks }) {
      const counts = new Map([
        ...topics.map(({ name, end }) => [`topic ${name}`, end] as const),
        ...topologies.map(({ name, read }) => [`read ${name}`, read] as const),
        ...sinks.map(({ name, written }) => [`sink ${name}`, written] as const),
      ]);
      seen = [...seen.filter((one) => one.at >= at - SPAN && one.at < at), { at, counts }];
    },
    of(what) {
      const [first] = seen;
      const last = seen.at(-1);
      if (first === undefined || last === undefined || last.at === first.at) return 0;
      const more = (last.counts.get(what) ?? 0) - (first.counts.get(what) ?? 0);
      return (1000 * Math.max(0, more)) / (last.at - first.at);
    },
  };
}
