/** The engine without a log: one task fed with batches of framed Avro, per operator. The ceiling is decoding alone. */

import { filter } from 'rxjs';
import { type Event, eventSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import type { Registry } from '../src/avro/registry.ts';
import { openSerde } from '../src/avro/serde.ts';
import { deduplicate } from '../src/engine/deduplicate.ts';
import { joinStreams, joinTable } from '../src/engine/joins.ts';
import { type Message, mapValues } from '../src/engine/message.ts';
import { plan } from '../src/engine/plan.ts';
import { slidingWindow } from '../src/engine/sliding.ts';
import { Task } from '../src/engine/task.ts';
import { tickCodec } from '../src/engine/tick.ts';
import { topic } from '../src/engine/topic.ts';
import { type Topology, topology } from '../src/engine/topology.ts';
import { hoppingWindow } from '../src/engine/windows.ts';
import type { Batch, LogRecord, NewRecord } from '../src/log/log.ts';
import { categoryPartials } from '../topologies/category-metrics.ts';
import { churnFeatures } from '../topologies/churn-features.ts';
import { clientProfiles } from '../topologies/client-profiles.ts';
import { segmentPartials } from '../topologies/segment-metrics.ts';
import { sessions } from '../topologies/sessions.ts';
import { event } from './event.ts';
import { type Measured, measure } from './measure.ts';
import { printTable, type Row } from './table.ts';

const records = 200_000;
const perBatch = 1000;
/** As the runner's default. */
const perCommit = 20_000;
const rounds = 3;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Results that nobody reads on, so that they cost little. */
interface Sum {
  readonly key: string;
  readonly time: number;
  readonly count: number;
}
const sumSchema = {
  type: 'record',
  name: 'Sum',
  namespace: 'ebb.bench',
  eventTime: 'time',
  fields: [
    { name: 'key', type: 'string' },
    { name: 'time', type: 'long' },
    { name: 'count', type: 'long' },
  ],
};
const sums = topic<Sum>({ name: 'sums', schema: sumSchema, key: ({ key }) => key });
const copies = topic<Event>({ name: 'copies', schema: eventSchema, key: topics.events.key });
const others = topic<Event>({ name: 'others', schema: eventSchema, key: topics.events.key, ticked: true });

const count = {
  schema: { type: 'record', name: 'Count', fields: [{ name: 'count', type: 'long' }] },
  init: (): { count: number } => ({ count: 0 }),
  add(sum: { count: number }): { count: number } {
    sum.count++;
    return sum;
  },
};

function customerOf({ value }: Message<Event>): string {
  return value.customerId ?? '';
}

const stateless = topology({
  name: 'stateless',
  from: { events: topics.events },
  to: { copies },
  build: ({ events }) => ({
    copies: events.pipe(
      filter(({ value }) => value.kind === 'PURCHASE'),
      mapValues((value): Event => ({ ...value, country: 'GB' })),
    ),
  }),
});

const hopping = topology({
  name: 'hopping',
  from: { events: topics.events },
  to: { sums },
  build: ({ events }, keep) => ({
    sums: events.pipe(
      hoppingWindow(keep, {
        name: 'hops',
        size: HOUR,
        hop: 15 * MINUTE,
        by: ({ value }) => value.category ?? '',
        aggregate: count,
        emit: 'close',
      }),
      mapValues(({ key, start, value }): Sum => ({ key, time: start, count: value.count })),
    ),
  }),
});

const sliding = topology({
  name: 'sliding',
  from: { events: topics.events },
  to: { sums },
  build: ({ events }, keep) => ({
    sums: events.pipe(
      slidingWindow(keep, {
        name: 'trail',
        size: 12 * HOUR,
        by: customerOf,
        item: { schema: 'long', of: ({ amount }: Event) => amount, tie: String },
        aggregate: { init: () => 0, add: (sum: number, amount: number) => sum + amount },
      }),
      mapValues(({ key, end, value }): Sum => ({ key, time: end, count: value })),
    ),
  }),
});

const repeats = topology({
  name: 'repeats',
  from: { events: topics.events },
  to: { copies },
  build: ({ events }, keep) => ({
    copies: events.pipe(deduplicate(keep, { name: 'seen', id: ({ value }) => value.eventId, within: HOUR })),
  }),
});

const pairs = topology({
  name: 'pairs',
  from: { events: topics.events, others },
  to: { sums },
  build: ({ events, others: right }, keep) => ({
    sums: joinStreams(keep, events, right, {
      name: 'pairs',
      leftSchema: eventSchema,
      rightSchema: eventSchema,
      leftKey: customerOf,
      rightKey: customerOf,
      within: HOUR,
      kind: 'inner',
      join: (left, right): Sum => ({ key: left.eventId, time: left.time, count: right === undefined ? 0 : 1 }),
    }),
  }),
});

const rows = topology({
  name: 'rows',
  from: { events: topics.events, others: { table: others } },
  to: { sums },
  build: ({ events, others: table }, keep) => ({
    sums: joinTable(keep, events, table, {
      name: 'rows',
      streamSchema: eventSchema,
      tableSchema: eventSchema,
      streamKey: customerOf,
      tableKey: ({ value }) => value?.customerId ?? '',
      tie: ({ eventId }) => eventId,
      join: (left, row): Sum => ({ key: left.eventId, time: left.time, count: row === undefined ? 0 : 1 }),
    }),
  }),
});

const cases: readonly (readonly [string, Topology])[] = [
  ['filter, map', stateless],
  ['tumbling, update (category-partials)', categoryPartials],
  ['tumbling, update × 4 (segment-partials)', segmentPartials],
  ['hopping, close (4 per record)', hopping],
  ['sliding', sliding],
  ['sessions', sessions],
  ['stateful (client-profiles)', clientProfiles],
  ['alarms by day (churn-features)', churnFeatures(['UTC'])],
  ['deduplicate', repeats],
  ['join streams', pairs],
  ['join table', rows],
];

async function benchEngine(): Promise<void> {
  await using registry = memoryRegistry();
  const serde = await openSerde<Event>(registry, 'bench.events-value', eventSchema);
  const values = Array.from({ length: records }, (_, i) => serde.encode(event(i)));
  const decoding = (): number => {
    for (const value of values) serde.decode(value);
    return records;
  };
  const ceiling = await measure(() => decoding, rounds);
  const rows: Row[] = [{ what: 'decode alone', measured: ceiling, ceiling }];
  for (const [what, one] of cases) {
    if (process.argv[2] !== undefined && !what.includes(process.argv[2])) continue;
    rows.push({ what, measured: await run(one, registry), ceiling });
  }
  printTable('engine, one task, no log', rows, 'ceiling: decoding the same records');
}

async function run(one: Topology, registry: Registry): Promise<Measured> {
  const planned = await plan({ topology: one, shop: 'bench', registry, existing: new Map(), partitions: 4 });
  const feed = await feedOf(
    [...planned.inputs.values()].map(({ physical }) => physical),
    registry,
  );
  return measure(() => {
    const task = new Task(planned, 0);
    return () => {
      let read = 0;
      for (const batch of feed) {
        task.advance(batch);
        read += batch.records.length;
        if (read < perCommit) continue;
        task.flush();
        read = 0;
      }
      task.flush();
      return records;
    };
  }, rounds);
}

/** The same number of records whatever the number of inputs, side by side in event time; a source's tick every minute. */
async function feedOf(inputs: readonly string[], registry: Registry): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  for (const [index, input] of inputs.entries()) {
    const serde = await openSerde<Event>(registry, `${input}-value`, eventSchema);
    const ticks = await tickCodec(registry, input);
    let gathered: LogRecord[] = [];
    let offset = 0;
    let minute = 0;
    const put = (record: NewRecord): void => {
      gathered.push({ ...record, headers: record.headers, offset });
      offset++;
    };
    for (let i = index; i < records; i += inputs.length) {
      const value = event(i);
      put({ key: Buffer.from(value.customerId ?? ''), value: serde.encode(value) });
      const reached = Math.floor(value.time / MINUTE);
      if (reached > minute) put(ticks.record({ writer: 'bench', from: 0, of: 1, time: value.time, closed: false }));
      minute = reached;
      if (gathered.length >= perBatch || i + inputs.length >= records) {
        batches.push({ topic: input, partition: 0, records: gathered, next: offset, end: offset });
        gathered = [];
      }
    }
  }
  return batches.sort((a, b) => (a.next - b.next) * inputs.length);
}

await benchEngine();
