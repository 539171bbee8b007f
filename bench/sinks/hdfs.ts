/** The HDFS sink beside what bounds it: the Parquet writer alone, and the same bytes created without encoding them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHdfsSink } from '../../connectors/sinks/hdfs.ts';
import { openHdfs } from '../../connectors/sinks/hdfs-client.ts';
import { inLanes } from '../../connectors/sinks/lanes.ts';
import { rangeFiles } from '../../connectors/sinks/range-files.ts';
import type { SinkBatch } from '../../connectors/sinks/sink.ts';
import { startHdfs } from '../../scripts/stack/hdfs.ts';
import { measure } from '../measure.ts';
import { batches } from '../sink-batches.ts';
import { megabytes, printTable, type Row } from '../table.ts';

/** Times that the same four ranges are written, as ranges after each other. */
const times = 6;

const dir = await mkdtemp(join(tmpdir(), 'ebb-bench-hdfs-'));
try {
  await using hdfs = await startHdfs({ dir, say: { line: console.error, progress() {} } });
  const place = { url: hdfs.url, user: hdfs.superuser };
  const table: Row[] = [];
  for (const [what, days] of [
    ['live: a file or two a range', 1],
    ['a year in a replay: a file a day', 305],
  ] as const)
    table.push(...(await rowsFor(what, days)));
  printTable('sinks/hdfs', table, 'ceiling: the Parquet writer alone; memory: resident, at the end');

  async function rowsFor(what: string, days: number): Promise<readonly Row[]> {
    await using sink = openHdfsSink({ ...place, root: '/bench', shop: `days-${days}` });
    const once = [...batches(sink.limits.records, days)].slice(0, 4);
    // The folders, and the compilers on both sides.
    for (const range of once) await sink.put({ ...range, partition: 1_000 + range.partition }, false);

    const alone = await measure(() => () => {
      for (const range of repeated(once)) for (const { bytes } of rangeFiles(range, 'parquet')) bytes();
      return rowsIn(once);
    });
    const files = once.flatMap((range) => rangeFiles(range, 'parquet').map(({ bytes }) => Buffer.from(bytes())));
    using client = openHdfs(place);
    const folder = `/bench/raw-${days}`;
    await client.makeFolder(folder);
    const raw = await measure(() => async () => {
      for (let time = 0; time < times; time++)
        await inLanes(files.entries(), 12, ([index, bytes]) => client.create(`${folder}/${time}-${index}`, bytes));
      return rowsIn(once);
    });
    const memory: number[] = [];
    const measured = await measure(() => async () => {
      // As the runner does: one is encoded while another is on its way.
      await inLanes(repeated(once), sink.limits.atOnce, async (range) => {
        await sink.put(range, false);
        memory.push(process.memoryUsage.rss());
      });
      return rowsIn(once);
    });
    const size = files.reduce((sum, { length }) => sum + length, 0) / files.length;
    const [early = 0, late = 0] = [memory[4], memory.at(-1)];
    return [
      { what: `${what}: Parquet writer alone`, measured: alone, ceiling: alone },
      {
        what: `${what}: the same bytes, created`,
        measured: raw,
        beside: `${files.length * times} files of ${Math.round(size / 1000)} KB`,
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
} finally {
  await rm(dir, { recursive: true, force: true });
}

function* repeated(once: readonly SinkBatch[]): Generator<SinkBatch> {
  for (let time = 0; time < times; time++)
    for (const range of once) {
      const shift = time * 1_000_000;
      yield { ...range, first: range.first + shift, next: range.next + shift };
    }
}

function rowsIn(once: readonly SinkBatch[]): number {
  return times * once.reduce((sum, { records }) => sum + records.length, 0);
}
