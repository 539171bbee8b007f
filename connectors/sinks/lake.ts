/** Merges the small files of a lake into larger ones, beside the sink that goes on writing and whoever reads. */
import { covers, type FileSpan, nameOf, spanOf } from './lake-names.ts';
import { alikeFrom, type MergedFile, mergeParquet } from './parquet-merge.ts';

export interface LakeFile {
  readonly name: string;
  readonly length: number;
}

/** Where the files of one day, or month, of a topic are. */
export interface LakeDay {
  readonly topic: string;
  /** `date=2010-12-01`, `month=2010-12`. */
  readonly date: string;
}

/**
 * A lake of files. Merging is safe beside a sink that puts a range again, however late, as both look in an order: the sink
 * writes under a temporary name, then looks whether a merged file holds the range, then renames; a merge gives the merged file
 * its name, then removes what is under such temporary names, then the parts. So the sink sees the merged file, or its own is gone.
 */
export interface Lake extends AsyncDisposable {
  topics(): Promise<readonly string[]>;
  dates(topic: string): Promise<readonly string[]>;
  files(day: LakeDay): Promise<readonly LakeFile[]>;
  read(day: LakeDay, name: string): Promise<Uint8Array>;
  /** Takes away what another merge of the topic had in hand: it cannot go on then, and what it has published is finished. */
  takeOver(topic: string): Promise<void>;
  /** Puts the merged file in the place of its parts. */
  replace(day: LakeDay, parts: readonly LakeFile[], into: FileSpan, merged: MergedFile): Promise<void>;
  /** Finishes a merge that was broken off: `into` has its name, and there are still files that it covers. */
  finish(day: LakeDay, into: LakeFile, covered: readonly LakeFile[]): Promise<void>;
}

export interface CompactOptions {
  /** Files of fewer bytes are merged. */
  readonly minSize: number;
  /** Bytes of files that are merged into one, at most. */
  readonly targetSize: number;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  /** Asks to finish the merge in hand and return. */
  readonly signal: AbortSignal;
}

/** One merge: these files have become that one, or would. */
export interface Merge extends LakeDay {
  readonly into: string;
  readonly files: number;
  readonly bytes: number;
}

interface Spanned extends LakeFile {
  readonly span: FileSpan;
}

/** Compacts one topic. Files that are not Parquet stay as they are. @throws SinkError */
export async function* compactTopic(lake: Lake, topic: string, options: CompactOptions): AsyncGenerator<Merge> {
  if (!options.dryRun) {
    await lake.takeOver(topic);
  }
  for (const date of await lake.dates(topic)) {
    const day = { topic, date };
    const files = await finished(lake, day, options);
    for (const group of groupsOf(files, options)) {
      yield* mergeGroup(lake, day, group, options);
      if (options.signal.aborted) {
        return;
      }
    }
  }
}

/** The day's files when the merges that were broken off are finished. */
async function finished(lake: Lake, day: LakeDay, { dryRun }: CompactOptions): Promise<readonly Spanned[]> {
  const files = spanned(await lake.files(day));
  const whole = files.filter(({ span }) => !files.some((other) => covers(other.span, span)));
  if (dryRun || whole.length === files.length) {
    return whole;
  }
  for (const outer of whole) {
    const covered = files.filter(({ span }) => covers(outer.span, span));
    if (covered.length > 0) {
      await lake.finish(day, outer, covered);
    }
  }
  return spanned(await lake.files(day));
}

/** Their paths go into one request. */
const mostParts = 200;

/** Neighbours of a partition that are small, together up to the target. Between them no file is left out. */
export function groupsOf(
  files: readonly Spanned[],
  { minSize, targetSize }: Pick<CompactOptions, 'minSize' | 'targetSize'>,
): readonly (readonly Spanned[])[] {
  const groups: Spanned[][] = [];
  for (const ofPartition of Map.groupBy(files, ({ span }) => span.partition).values()) {
    let group: Spanned[] = [];
    let bytes = 0;
    for (const file of ofPartition.toSorted((a, b) => a.span.first - b.span.first)) {
      const small = file.length < minSize;
      if (!small || bytes + file.length > targetSize || group.length === mostParts) {
        groups.push(group);
        group = [];
        bytes = 0;
      }
      if (small) {
        group.push(file);
        bytes += file.length;
      }
    }
    groups.push(group);
  }
  return groups.filter((group) => group.length > 1);
}

async function* mergeGroup(
  lake: Lake,
  day: LakeDay,
  group: readonly Spanned[],
  { dryRun }: CompactOptions,
): AsyncGenerator<Merge> {
  let left = group;
  while (left.length > 1) {
    const contents = dryRun ? [] : await Promise.all(left.map(({ name }) => lake.read(day, name)));
    const alike = dryRun ? left.length : await alikeFrom(contents);
    const parts = left.slice(0, alike);
    const [first, last] = [parts[0], parts.at(-1)];
    if (first !== undefined && last !== undefined && parts.length > 1) {
      const into = { ...first.span, last: last.span.last };
      if (!dryRun) {
        await lake.replace(day, parts, into, await mergeParquet(contents.slice(0, alike)));
      }
      const bytes = parts.reduce((sum, { length }) => sum + length, 0);
      yield { ...day, into: nameOf(into), files: parts.length, bytes };
    }
    left = left.slice(alike);
  }
}

function spanned(files: readonly LakeFile[]): readonly Spanned[] {
  return files.flatMap((file) => {
    const span = spanOf(file.name);
    return span?.format === 'parquet' ? [{ ...file, span }] : [];
  });
}
