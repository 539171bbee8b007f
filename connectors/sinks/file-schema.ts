/** What a file of a range holds: the columns, and under which date each record goes. Pure. */
import type { Schema } from 'avsc';
import { moneyFields, moneyOf, SHOP } from './money.ts';
import type { SinkBatch, SinkRecord } from './sink.ts';

/** Avro's primitive and logical types that have a column type of their own; everything else is written as JSON text. */
export type ColumnType =
  | 'string'
  | 'int'
  | 'long'
  | 'timestamp-millis'
  | 'timestamp-micros'
  | 'date'
  | 'float'
  | 'double'
  | 'boolean'
  | 'bytes'
  /** Money: `money.ts`. */
  | 'decimal'
  | 'json';

export interface FileColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The value of a record of the range; `null` where it has none. */
  readonly of: (record: SinkRecord) => unknown;
}

/**
 * Columns of the file: `_partition`, `_offset` and `_key` say where a row was in the log, the others are the record's
 * fields. In a file that holds a tombstone, every field is nullable: the tombstone's row has its key and nulls.
 */
export function fileColumns(
  batch: Pick<SinkBatch, 'partition' | 'schema'>,
  tombstones: boolean,
  shopCurrency?: string,
): readonly FileColumn[] {
  const where: readonly FileColumn[] = [
    { name: '_partition', type: 'int', nullable: false, of: () => batch.partition },
    { name: '_offset', type: 'long', nullable: false, of: (record) => record.offset },
    { name: '_key', type: 'string', nullable: true, of: (record) => record.key },
  ];
  const described = fieldsOf(batch.schema);
  const names = new Set(described.map(({ name }) => name));
  const currencies = moneyFields(batch.schema);
  const fields = described.map(({ name, type }): FileColumn => {
    const column = columnType(type);
    const stated = currencies[name];
    const money = stated === SHOP ? shopCurrency : stated;
    if (typeof money === 'string')
      return { name, type: 'decimal', nullable: column.nullable || tombstones, of: moneyOf(name, money, names) };
    return {
      name,
      type: column.type,
      nullable: column.nullable || tombstones,
      of: (record) => record.value?.[name] ?? null,
    };
  });
  return [...where, ...fields];
}

/** What a folder of a topic's files holds. */
export type FolderSpan = 'day' | 'month';

/** With which their names begin, as a column of Hive's. */
const columns: Readonly<Record<FolderSpan, string>> = { day: 'date', month: 'month' };

/** Whether a folder of this name, within a topic's, holds files. */
export function holdsFiles(name: string): boolean {
  return Object.values(columns).some((column) => name.startsWith(`${column}=`));
}

/** `date=2011-12-09` or `month=2011-12` by the record's event time (UTC), or the name that Hive gives to a missing one. */
export function foldersOf(schema: Schema | undefined, by: FolderSpan): (record: SinkRecord) => string {
  const column = columns[by];
  const field = eventTimeField(schema);
  const names = new Map<number, string>();
  return ({ value }) => {
    const time = field === undefined ? null : value?.[field];
    if (typeof time !== 'number' || Math.abs(time) > 8.64e15) {
      return `${column}=__HIVE_DEFAULT_PARTITION__`;
    }
    const day = Math.floor(time / 86_400_000);
    const name = names.get(day) ?? `${column}=${dateOf(day).slice(0, by === 'day' ? undefined : -3)}`;
    names.set(day, name);
    return name;
  };
}

/** @param day since 1970 */
function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().replace(/T.*/, '');
}

/** The field named by the schema's `eventTime`; rows of `raw.*` carry theirs in `_time`. */
function eventTimeField(schema: Schema | undefined): string | undefined {
  const named = isJson(schema) ? schema.eventTime : undefined;
  if (typeof named === 'string') {
    return named;
  }
  return fieldsOf(schema).find((field) => field.name === '_time')?.name;
}

export function fieldsOf(schema: Schema | undefined): readonly { readonly name: string; readonly type: unknown }[] {
  const fields: unknown = isJson(schema) ? schema.fields : undefined;
  return Array.isArray(fields) ? fields : [];
}

function columnType(schema: unknown): { readonly type: ColumnType; readonly nullable: boolean } {
  if (Array.isArray(schema)) {
    const types = schema.filter((branch) => branch !== 'null');
    const nullable = types.length < schema.length;
    return { type: types.length === 1 ? columnType(types[0]).type : 'json', nullable };
  }
  if (isJson(schema)) {
    return { type: logicalType(schema), nullable: false };
  }
  return { type: primitiveType(schema), nullable: false };
}

function logicalType(schema: Readonly<Record<string, unknown>>): ColumnType {
  const { type, logicalType: logical } = schema;
  if (type === 'long' && (logical === 'timestamp-millis' || logical === 'timestamp-micros')) {
    return logical;
  }
  if (type === 'int' && logical === 'date') {
    return 'date';
  }
  return type === 'enum' ? 'string' : type === 'fixed' ? 'bytes' : primitiveType(type);
}

function primitiveType(type: unknown): ColumnType {
  switch (type) {
    case 'string':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'boolean':
    case 'bytes':
      return type;
    default:
      return 'json';
  }
}

function isJson(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
