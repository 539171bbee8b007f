interface Vertex {
  readonly at: readonly number[];
  readonly value: number;
}

export interface Minimum extends Vertex {
  /** false: the limit of evaluations came first. */
  readonly converged: boolean;
}

export interface NelderMeadOptions {
  /** Length of the first simplex's sides; .5 where absent. */
  readonly step?: number;
  /** Ends when values and coordinates of the simplex are within this, relative to 1 or to themselves; 1e-9 where absent. */
  readonly tolerance?: number;
  readonly evaluations?: number;
}

/**
 * Finds a local minimum without derivatives (Nelder, Mead 1965, with the usual reflection 1, expansion 2, contraction and
 * shrinking 1/2). Deterministic. @param objective may be +Infinity where it is not defined, but not at `start`
 */
export function minimise(
  objective: (at: readonly number[]) => number,
  start: readonly number[],
  { step = 0.5, tolerance = 1e-9, evaluations = 4_000 }: NelderMeadOptions = {},
): Minimum {
  let used = 0;
  const vertex = (at: readonly number[]): Vertex => {
    used++;
    return { at, value: objective(at) };
  };
  const moved = (axis: number) => start.map((value, index) => (index === axis ? value + step : value));
  let simplex = [vertex(start), ...start.map((_, axis) => vertex(moved(axis)))];
  for (;;) {
    simplex.sort((one, other) => one.value - other.value);
    const [best, worst] = [simplex[0], simplex.at(-1)];
    const second = simplex.at(-2);
    if (best === undefined || worst === undefined || second === undefined)
      throw new RangeError('nothing to minimise over: give a start with at least one coordinate');
    const converged = isSmall(simplex, best, worst, tolerance);
    if (converged || used >= evaluations) return { ...best, converged };
    const centre = centroid(simplex.slice(0, -1));
    const along = (factor: number) => vertex(centre.map((value, i) => value + factor * (value - (worst.at[i] ?? 0))));
    const replacement = better(along, best, second, worst);
    simplex =
      replacement === undefined
        ? simplex.map((old) => (old === best ? old : vertex(old.at.map((value, i) => (value + (best.at[i] ?? 0)) / 2))))
        : [...simplex.slice(0, -1), replacement];
  }
}

/** What takes the place of the worst vertex; undefined: nothing tried is better, shrink. */
function better(along: (factor: number) => Vertex, best: Vertex, second: Vertex, worst: Vertex): Vertex | undefined {
  const reflected = along(1);
  if (reflected.value < best.value) {
    const expanded = along(2);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < second.value) return reflected;
  const contracted = along(reflected.value < worst.value ? 0.5 : -0.5);
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : undefined;
}

function centroid(vertices: readonly Vertex[]): readonly number[] {
  const [first] = vertices;
  return (first?.at ?? []).map((_, i) => vertices.reduce((sum, { at }) => sum + (at[i] ?? 0), 0) / vertices.length);
}

function isSmall(simplex: readonly Vertex[], best: Vertex, worst: Vertex, tolerance: number): boolean {
  const near = (one: number, other: number) => Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(other));
  return (
    near(worst.value, best.value) && simplex.every(({ at }) => at.every((value, i) => near(value, best.at[i] ?? 0)))
  );
}
