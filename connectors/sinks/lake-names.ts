/** Names in a lake of files: which offsets of which partition a file holds. Pure. */

/** The offsets of a partition that a file holds, for its date. */
export interface FileSpan {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  /** `parquet` or `avro`. */
  readonly format: string;
}

/**
 * In a topic's folder: for each partition of which files were ever merged, an empty file `<partition>-<last offset>`. Whoever
 * puts a range of lower offsets looks whether a merged file holds it already; others need not look.
 */
export const mergedFolder = '_merged';

/** Of `<partition>-<first>-<last>.parquet`; `undefined` for any other name. */
export function spanOf(name: string): FileSpan | undefined {
  const match = /^(\d+)-(\d+)-(\d+)\.(parquet|avro)$/.exec(name);
  if (match === null) {
    return undefined;
  }
  const [, partition, first, last, format = ''] = match;
  return { partition: Number(partition), first: Number(first), last: Number(last), format };
}

export function nameOf({ partition, first, last, format }: FileSpan): string {
  return `${partition}-${first}-${last}.${format}`;
}

/** Whether `outer` holds all that `inner` does, and is another. */
export function covers(outer: FileSpan, inner: FileSpan): boolean {
  const inside = outer.first <= inner.first && inner.last <= outer.last;
  const same = outer.first === inner.first && inner.last === outer.last;
  return outer.partition === inner.partition && outer.format === inner.format && inside && !same;
}

/** Whether one of the files holds all that a file called `name` would. */
export function isCovered(name: string, among: readonly string[]): boolean {
  const inner = spanOf(name);
  return (
    inner !== undefined &&
    among.some((other) => {
      const outer = spanOf(other);
      return outer !== undefined && covers(outer, inner);
    })
  );
}

/** The last offset of a partition that was ever merged, by the names in `_merged`; -1 when none was. */
export function mergedThrough(names: readonly string[], partition: number): number {
  return Math.max(
    -1,
    ...names.map((name) => {
      const [of, last] = name.split('-');
      return Number(of) === partition ? Number(last) : -1;
    }),
  );
}
