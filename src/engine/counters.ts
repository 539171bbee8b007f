/** What a task has counted since it was made. */
export interface TaskCounters {
  in: number;
  out: number;
  late: number;
  dead: number;
  /** What `keep.count` counted. */
  readonly custom: Map<string, number>;
}

export function noCounts(): TaskCounters {
  return { in: 0, out: 0, late: 0, dead: 0, custom: new Map() };
}

export function copyOf(counts: Readonly<TaskCounters>): TaskCounters {
  return { ...counts, custom: new Map(counts.custom) };
}

/** Adds `counts` to `sum`. */
export function addCounts(sum: TaskCounters, counts: Readonly<TaskCounters>): void {
  sum.in += counts.in;
  sum.out += counts.out;
  sum.late += counts.late;
  sum.dead += counts.dead;
  for (const [metric, count] of counts.custom) sum.custom.set(metric, (sum.custom.get(metric) ?? 0) + count);
}
