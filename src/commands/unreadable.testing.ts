/** For tests: a shop with records that do not read as what their topics hold. */
import { expect } from 'vitest';
import type { Log } from '../log/log.ts';
import { startEbb } from './ebb.testing.ts';
import { type MadeUpSales, madeUpSales } from './made-up-sales.testing.ts';

const notFramed = Buffer.from('not Avro');
/** About as large as a record may be: what is said of it must still fit. */
const hugeValue = Buffer.alloc((16 << 20) - 1_000, 'x');
const unknownSchema = Buffer.from([0, 0, 15, 66, 64, 2, 2]);

/**
 * Replays sales, appends what nobody can read to the raw rows and to the events, then sales again, and checks that all of
 * the latter came through, and what was said of the former.
 * @param settings which log: `EBB_*`
 */
export async function unreadableIsSaid(
  folder: string,
  shop: string,
  settings: Readonly<Record<string, string>>,
  openLog: () => Promise<Log>,
): Promise<void> {
  const ebb = async (...args: readonly string[]): Promise<string> => {
    const ended = await startEbb([...args, '--data', folder], '', settings).ended;
    expect(ended.code, `ebb ${args.join(' ')}: ${ended.stderr}`).toBe(0);
    return ended.stdout;
  };
  const replay = ({ file, dataset }: MadeUpSales) => ebb('replay', file, '--dataset', dataset, '--run', '--shop', shop);
  const sales = madeUpSales(folder, 600);
  await replay(sales);
  const torn = await badRecordsIn(openLog, shop);
  await ebb('run', '--until-caught-up', '--shop', shop);
  const more = madeUpSales(folder, 900, 2);
  await replay(more);

  const query = async (sql: string): Promise<unknown> => JSON.parse(await ebb('query', sql, '--json'));
  const events = sales.rows - sales.broken + more.rows - more.broken;
  expect(await query('select count(*) as n from ecommerce_events')).toEqual([{ n: events }]);
  const letters = await query(
    `select topology, topic, code, count(*) as n from dead_letters
     where code in ('NOT_FRAMED', 'UNKNOWN_SCHEMA', 'UNREADABLE') group by 1, 2, 3 order by 1, 2, 3`,
  );
  const each = (topology: string, topic: string) =>
    Object.entries({ NOT_FRAMED: 2, UNKNOWN_SCHEMA: 1, UNREADABLE: 1 }).map(([code, n]) => ({
      ...{ topology, topic: `${shop}.${topic}`, code, n },
    }));
  expect(letters).toEqual([
    ...['category-partials', 'churn-features', 'churn-scores', 'client-profiles'].flatMap((topology) =>
      each(topology, 'events'),
    ),
    ...each('normalise-made-up', 'raw.made-up'),
    ...['segment-partials', 'sessions'].flatMap((topology) => each(topology, 'events')),
    ...each('sink.files', 'events'),
    ...each('sink.files', 'raw.made-up'),
    ...each('sink.sqlite', 'events'),
    ...each('statistic-partials', 'events'),
  ]);
  const at = await query(
    `select source_offset as offset, hex(record_value) as value from dead_letters where topology = 'sink.files' and topic = '${shop}.events' and code = 'UNREADABLE'`,
  );
  expect(at).toEqual([torn]);
  const cut = await query(
    `select length(record_value) as bytes, count(*) as n from dead_letters
     where code = 'NOT_FRAMED' and message like '%The first 8388608 of the value''s 16776216 bytes are here; the record is where it was' group by 1`,
  );
  expect(cut).toEqual([{ bytes: 8 << 20, n: 11 }]);
}

/** One of each kind into one partition of both topics. @returns where the torn event is */
async function badRecordsIn(openLog: () => Promise<Log>, shop: string): Promise<{ offset: number; value: string }> {
  await using log = await openLog();
  let where = { offset: -1, value: '' };
  for (const topic of [`${shop}.raw.made-up`, `${shop}.events`]) {
    let good: Buffer | null = null;
    for await (const { records } of log.read({ topic, partition: 0, from: 'start', to: 'end' })) {
      good ??= records.find(({ value, headers }) => value !== null && headers === undefined)?.value ?? null;
    }
    const torn = Buffer.from(good ?? []).subarray(0, -3);
    const records = [notFramed, unknownSchema, torn, hugeValue].map((value) => ({ key: null, value }));
    const end = (await log.topics()).find(({ name }) => name === topic)?.offsets[0]?.end ?? 0;
    await log.append([{ topic, partition: 0, records }]);
    where = { offset: end + 2, value: torn.toString('hex').toUpperCase() };
  }
  return where;
}
