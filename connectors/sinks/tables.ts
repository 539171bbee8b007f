/** Which topic of a shop goes to which table of sql/migrations, and how a record becomes a row. Pure. */
import {
  categoryMetricSchema,
  categoryStatisticSchema,
  churnPredictionSchema,
  churnScoreSchema,
  clientProfileSchema,
  deadLetterSchema,
  eventSchema,
  lateRecordSchema,
  modelMetricSchema,
  modelResultSchema,
  segmentMetricSchema,
  sessionSchema,
} from '../../schemas/generated.ts';
import type { RecordSchema } from '../../src/engine/topic.ts';
import { fieldsOf } from './file-schema.ts';
import { SinkError } from './sink.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;

type Value = Readonly<Record<string, unknown>>;

interface Column {
  readonly name: string;
  readonly field: string;
  /** Its Avro type, when it is one that a store must tell from others. */
  readonly type: 'long' | 'double' | 'other';
}

export interface Table {
  readonly name: string;
  /** Values are read into this schema, whatever version of it wrote them. */
  readonly schema: RecordSchema;
  /** In the order that `fill` writes them; the first is always `shop`. */
  readonly columns: readonly string[];
  /** Places in `columns` of whole numbers of 64 bits, and of floating ones: a number alone does not tell. */
  readonly longs: readonly number[];
  readonly doubles: readonly number[];
  /** Fields that identify a row within the shop, where later records replace earlier ones; empty: every record is a row of its own. */
  readonly replaces: readonly string[];
  /** The column that a record's key names: a tombstone deletes its row. `undefined`: the topic is not compacted and has none. */
  readonly keyColumn: string | undefined;
  /** Writes a value's row into `into` from index `at` on, in the order of `columns`. */
  fill(into: SqlValue[], at: number, shop: string, value: Value): void;
}

interface TableOptions {
  readonly name: string;
  readonly schema: RecordSchema;
  readonly replaces?: readonly string[];
  readonly keyColumn?: string;
  readonly without?: readonly string[];
  readonly renamed?: Readonly<Record<string, string>>;
}

function table(options: TableOptions): Table {
  const columns = columnsOf(options);
  const placesOf = (type: Column['type']) =>
    columns.flatMap((column, index) => (column.type === type ? [index + 1] : []));
  return {
    name: options.name,
    schema: options.schema,
    columns: ['shop', ...columns.map((column) => column.name)],
    longs: placesOf('long'),
    doubles: placesOf('double'),
    replaces: options.replaces ?? [],
    keyColumn: options.keyColumn,
    // Hot: once per row.
    fill(into, at, shop, value) {
      into[at] = shop;
      let index = at;
      for (const column of columns) {
        index += 1;
        into[index] = sqlValue(value[column.field]);
      }
    },
  };
}

function columnsOf({ schema, without = [], renamed = {} }: TableOptions): readonly Column[] {
  return fieldsOf(schema)
    .filter((field) => !without.includes(field.name))
    .map(({ name, type }) => ({ name: renamed[name] ?? snakeCase(name), field: name, type: typeIn(type) }));
}

/** Of a type with or without a logical one, or of the one beside null in a union. */
function typeIn(type: unknown): Column['type'] {
  if (Array.isArray(type)) {
    return type.map(typeIn).find((one) => one !== 'other') ?? 'other';
  }
  if (typeof type === 'object' && type !== null && 'type' in type) {
    return typeIn(type.type);
  }
  return type === 'long' || type === 'double' ? type : 'other';
}

/** `windowStart` → `window_start`, `aucActive180Low` → `auc_active_180_low`. */
export function snakeCase(field: string): string {
  return field.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
}

/** As a statement names it, in either database: `precision` and `trigger` are words of MariaDB's own. */
export function quoted(column: string): string {
  return `\`${column}\``;
}

function sqlValue(value: unknown): SqlValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      // Lists are JSON, which both databases read.
      return value instanceof Uint8Array ? value : Array.isArray(value) ? JSON.stringify(value) : null;
  }
}

const whereRead = { partition: 'source_partition', offset: 'source_offset', key: 'record_key', value: 'record_value' };

const byTopic: ReadonlyMap<string, Table> = new Map([
  ['events', table({ name: 'ecommerce_events', schema: eventSchema, without: ['dataset', 'file', 'row'] })],
  [
    'category-metrics',
    table({
      name: 'category_metrics',
      schema: categoryMetricSchema,
      replaces: ['category', 'windowStart'],
    }),
  ],
  [
    'category-statistics',
    table({
      name: 'category_statistics',
      schema: categoryStatisticSchema,
      replaces: ['category', 'windowStart'],
    }),
  ],
  [
    'segment-metrics',
    table({
      name: 'segment_metrics',
      schema: segmentMetricSchema,
      replaces: ['dimension', 'segment', 'windowStart'],
    }),
  ],
  [
    'client-profiles',
    table({
      name: 'client_profiles',
      schema: clientProfileSchema,
      replaces: ['customerId'],
      keyColumn: 'customer_id',
    }),
  ],
  [
    'sessions',
    table({
      name: 'sessions',
      schema: sessionSchema,
      replaces: ['customerId', 'sessionStart'],
    }),
  ],
  [
    'model-results',
    table({
      name: 'model_results',
      schema: modelResultSchema,
      replaces: ['model', 'version', 'testedAt'],
      renamed: { f1: 'f1' },
    }),
  ],
  [
    'churn-scores',
    table({
      name: 'churn_scores',
      schema: churnScoreSchema,
      replaces: ['customerId'],
      keyColumn: 'customer_id',
      renamed: { partition: 'source_partition', offset: 'source_offset' },
    }),
  ],
  [
    'predictions',
    table({
      name: 'predictions',
      schema: churnPredictionSchema,
      replaces: ['customerId', 'asOf', 'trigger', 'version'],
    }),
  ],
  [
    'model-metrics',
    table({
      name: 'model_metrics',
      schema: modelMetricSchema,
      replaces: ['model', 'version', 'month'],
    }),
  ],
]);

/** What cannot be read, whoever says so. */
export const deadLetters = table({ name: 'dead_letters', schema: deadLetterSchema, renamed: whereRead });
const lateEvents = table({ name: 'late_events', schema: lateRecordSchema, renamed: whereRead });

/** Those of sql/migrations that hold a shop's rows. */
export const tableNames: readonly string[] = [...byTopic.values(), deadLetters, lateEvents].map(({ name }) => name);

/** The table for a topic (its name within the shop), or `undefined` for a topic that has none. */
export function tableOf(topic: string): Table | undefined {
  if (topic.endsWith('.dead')) {
    return deadLetters;
  }
  if (topic.endsWith('.late')) {
    return lateEvents;
  }
  return byTopic.get(baseName(topic));
}

/** The same, for a sink that can do nothing without one. @throws SinkError REFUSED */
export function tableFor(sink: string, topic: string): Table {
  const table = tableOf(topic);
  if (table === undefined) {
    throw new SinkError('REFUSED', `${sink} sink: topic ${topic} has no table`);
  }
  return table;
}

/** The name under which results stand, whichever version of a topology computed them: `sessions` of `sessions.v2`. */
export function baseName(topic: string): string {
  const [base = topic, version, more] = topic.split('.');
  return version !== undefined && version !== 'state' && more === undefined && byTopic.has(base) ? base : topic;
}
