/** A sink of files beside what bounds it: the Parquet writer alone, and the same bytes written without encoding them. */
import type { FolderSpan } from '../connectors/sinks/file-schema.ts';
import { inLanes } from '../connectors/sinks/lanes.ts';
import { rangeFiles } from '../connectors/sinks/range-files.ts';
import type { IdempotentSink, SinkBatch } from '../connectors/sinks/sink.ts';
import { measure } from './measure.ts';
import { batches } from './sink-batches.ts';
import { megabytes, printTable, type Row } from './table.ts';

export interface LakeStore {
  /** `sinks/minio`. */
  readonly name: string;
  /** Times that the same four ranges are written, as ranges after each other. */
  readonly times: number;
  /** What it does with bytes, and what they are then: `put`, `objects`. */
  readonly verb: string;
  readonly pieces: string;
  open(shop: string, by: FolderSpan): IdempotentSink;
  /** Files that are written at a time, without the sink. */
  readonly width: number;
  /** A writer of such files, in a place of their own. */
  raw(place: string): Promise<(name: string, bytes: Buffer) => Promise<unknown>>;
}

export async function benchLakeSink(store: LakeStore): Promise<void> {
  const table: Row[] = [];
  for (const [what, days, by] of [
    ['live: a file or two a range', 1, 'day'],
    ['a year in a replay: a file a day', 305, 'day'],
    ['a year in a replay: a file a month', 305, 'month'],
  ] as const)
    table.push(...(await rowsFor(store, what, days, by)));
  printTable(store.name, table, 'ceiling: the Parquet writer alone; memory: resident, at the end');
}

async function rowsFor(store: LakeStore, what: string, days: number, by: FolderSpan): Promise<readonly Row[]> {
  const { times, verb, pieces } = store;
  await using sink = store.open(`days-${days}-${by}`, by);
  const once = [...batches(sink.limits.records, days)].slice(0, 4);
  const rows = times * once.reduce((sum, { records }) => sum + records.length, 0);
  // The bucket or folders, and the compilers on both sides.
  for (const range of once) await sink.put({ ...range, partition: 1_000 + range.partition }, false);

  const alone = await measure(() => () => {
    for (const range of repeated(once, times)) for (const { bytes } of rangeFiles(range, { by })) bytes();
    return rows;
  });
  const files = once.flatMap((range) => rangeFiles(range, { by }).map(({ bytes }) => Buffer.from(bytes())));
  const write = await store.raw(`raw-${days}-${by}`);
  const raw = await measure(() => async () => {
    for (let time = 0; time < times; time++)
      await inLanes(files.entries(), store.width, ([index, bytes]) => write(`${time}-${index}`, bytes));
    return rows;
  });
  const memory: number[] = [];
  const measured = await measure(() => async () => {
    // As the runner does: where the sink wants it, one is encoded while another is on its way.
    await inLanes(repeated(once, times), sink.limits.atOnce, async (range) => {
      await sink.put(range, false);
      memory.push(process.memoryUsage.rss());
    });
    return rows;
  });
  const size = files.reduce((sum, { length }) => sum + length, 0) / files.length;
  const [early = 0, late = 0] = [memory[4], memory.at(-1)];
  return [
    { what: `${what}: Parquet writer alone`, measured: alone, ceiling: alone },
    {
      what: `${what}: the same bytes, ${verb}`,
      measured: raw,
      beside: `${files.length * times} ${pieces} of ${Math.round(size / 1000)} KB`,
    },
    {
      what: `${what}: the sink`,
      measured,
      ceiling: alone,
      memory: late,
      beside: `${megabytes(early)} after five ranges`,
    },
  ];
}

function* repeated(once: readonly SinkBatch[], times: number): Generator<SinkBatch> {
  for (let time = 0; time < times; time++)
    for (const range of once) {
      const shift = time * 1_000_000;
      yield { ...range, first: range.first + shift, next: range.next + shift };
    }
}
