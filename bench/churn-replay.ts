/** A whole history scored again: every purchase, silence and month end of every customer, by a champion and three challengers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openShop } from '../connectors/sources/generator/shop.ts';
import { DAY, dateText } from '../datasets/civil.ts';
import type { ChurnModel, Event } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import { openSerde } from '../src/avro/serde.ts';
import { cdnowExamples, cdnowHistories, cdnowMissing } from '../src/churn/cdnow.testing.ts';
import { addOccasion, type History, newHistory, PARTS } from '../src/churn/history.ts';
import type { ModelKind } from '../src/churn/model.ts';
import { recordOf } from '../src/churn/model-record.ts';
import { trainFast } from '../src/churn/train/fast.ts';
import { runTopologies } from '../src/engine/runner.ts';
import { tickCodec } from '../src/engine/tick.ts';
import { openEmbeddedLog } from '../src/log/embedded.ts';
import type { NewRecord } from '../src/log/log.ts';
import { partitionOf } from '../src/log/partition.ts';
import { churnScores } from '../topologies/churn-scores.ts';
import { event } from './event.ts';
import { type Measured, measure } from './measure.ts';
import { printTable, type Row } from './table.ts';

const PARTITIONS = 4;
const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];

type Histories = ReadonlyMap<string, History>;

interface Occasion {
  readonly customer: string;
  readonly day: number;
  readonly amount: number;
  readonly quantity: number;
}

/** In the order of the map: customer by customer, as CDNOW's file is. */
function occasionsOf(histories: Histories): readonly Occasion[] {
  return [...histories].flatMap(([customer, { days, amounts, quantities }]) =>
    days.map((day, index) => ({
      ...{ customer, day, quantity: quantities[index] ?? 0 },
      amount: Math.round((amounts[index] ?? 0) / (PARTS / 100)),
    })),
  );
}

function shopHistories(days: number): Histories {
  const start = Date.UTC(2024, 0, 1);
  const histories = new Map<string, History>();
  const shop = openShop({ seed: 1, customers: 20_000, start });
  while (shop.day < days) {
    const day = start / DAY + shop.day;
    for (const { kind, customerId, amount, quantity } of shop.next()) {
      if (kind !== 'PURCHASE') continue;
      const history = histories.get(customerId) ?? newHistory();
      histories.set(customerId, history);
      addOccasion(history, day, (amount * PARTS) / 100, quantity);
    }
  }
  return histories;
}

interface Case {
  readonly what: string;
  readonly histories: Histories;
  readonly occasions: readonly Occasion[];
  /** Days on which models learn; all are in force from the day after the last one on. */
  readonly train: readonly string[];
  /** The source ticks every day, instead of at the end only. */
  readonly daily: boolean;
}

async function replay({
  histories,
  occasions,
  train,
  daily,
}: Case): Promise<Measured & { readonly predictions: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-bench-'));
  try {
    await using log = await openEmbeddedLog({ path: join(folder, 'log.sqlite') });
    await using registry = memoryRegistry();
    await log.create([
      { name: 'bench.events', partitions: PARTITIONS, cleanup: 'delete' },
      { name: 'bench.models', partitions: PARTITIONS, cleanup: 'compact' },
    ]);
    const examples = cdnowExamples(histories, train);
    const from = (Math.max(...train.map((date) => Date.parse(date))) / DAY + 1) * DAY;
    const models = await openSerde<ChurnModel>(registry, 'bench.models-value', topics.models.schema);
    const deployed = { inForceFrom: from, horizonDays: 90, objection: null, evaluation: null };
    const trainedOn = { positions: [], from: train[0] ?? '', until: train.at(-1) ?? '', calibratedOn: null };
    const records = kinds.map((kind, index): NewRecord => {
      const role = index === 0 ? ('CHAMPION' as const) : ('CHALLENGER' as const);
      const model = { ...trainFast(kind, examples, { seed: 1 }), ...deployed, version: kind, role, trainedOn };
      return { key: Buffer.from(`${kind}/${from}`), value: models.encode(recordOf(model)) };
    });
    await log.append([{ topic: 'bench.models', partition: 0, records }]);
    const serde = await openSerde<Event>(registry, 'bench.events-value', topics.events.schema);
    const ticks = await tickCodec(registry, 'bench.events');
    const parts = Array.from({ length: PARTITIONS }, (): NewRecord[] => []);
    const tick = (day: number, closed: boolean): void => {
      const record = ticks.record({ writer: 'bench', from: 0, of: 1, time: day * DAY, closed });
      for (const part of parts) part.push(record);
    };
    let last = 0;
    for (const [index, { customer, day, amount, quantity }] of occasions.entries()) {
      if (daily && day > last) tick(day, false);
      last = Math.max(last, day);
      const given = { customerId: customer, kind: 'PURCHASE' as const, time: day * DAY, localDate: dateText(day) };
      const value = serde.encode({ ...event(index), ...given, amount, quantity });
      const key = Buffer.from(customer);
      parts[partitionOf(key, PARTITIONS)]?.push({ key, value });
    }
    tick(last + 1, true);
    for (const [partition, all] of parts.entries())
      for (let at = 0; at < all.length; at += 1000)
        await log.append([{ topic: 'bench.events', partition, records: all.slice(at, at + 1000) }]);
    const ends = parts.map(({ length }) => length);
    const measured = await measure(() => async () => {
      const stop = new AbortController();
      const running = await runTopologies({
        ...{ log, registry, shop: 'bench', topologies: [churnScores(['UTC'])], partitions: PARTITIONS },
        ...{ signal: stop.signal, now: () => performance.now() },
      });
      const done = async (): Promise<boolean> => {
        const read = (await log.positions(['bench.churn-scores.v1'])).get('bench.churn-scores.v1')?.get('bench.events');
        return ends.every((end, partition) => read?.[partition] === end);
      };
      while (!(await done())) await sleep(20);
      stop.abort();
      await running.done;
      return occasions.length;
    });
    const predicted = (await log.topics()).find(({ name }) => name === 'bench.predictions')?.offsets ?? [];
    return { ...measured, predictions: predicted.reduce((sum, { end }) => sum + end, 0) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function shopCase(): Case {
  const histories = shopHistories(730);
  const occasions = occasionsOf(histories).toSorted((a, b) => a.day - b.day);
  return {
    ...{ what: 'shop, 20,000 customers, two years', histories, occasions, daily: true },
    train: ['2024-05-31', '2024-06-30', '2024-07-31', '2024-08-31'],
  };
}

function cdnowCase(): Case {
  const histories = cdnowHistories();
  return {
    ...{ what: 'CDNOW, 23,570 customers, 18 months', histories, occasions: occasionsOf(histories), daily: false },
    train: ['1997-04-30', '1997-05-31', '1997-06-30'],
  };
}

async function benchReplay(): Promise<void> {
  const rows: Row[] = [];
  for (const one of [...(cdnowMissing ? [] : [cdnowCase]), shopCase]) {
    const { what, ...rest } = one();
    const measured = await replay({ what, ...rest });
    const beside = `${measured.seconds.toFixed(1)} s, ${measured.cpu.toFixed(1)} CPU s, ${measured.predictions.toLocaleString('en')} records of predictions; ${Math.round(process.resourceUsage().maxRSS / 1000)} MB at most`;
    rows.push({ what, measured, beside });
  }
  printTable(
    'churn-scores, embedded log',
    rows,
    'records: days of purchase; four models, of which a forest of 100 trees',
  );
}

await benchReplay();
