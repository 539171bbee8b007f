import { type Delivery, deliverySchema } from '../schemas/generated.ts';
import { type RecordSchema, type Topic, topic } from '../src/engine/topic.ts';
import { columnName } from './avro-name.ts';
import { type Cell, idOf } from './cell.ts';
import { columnsRead, type Descriptor } from './descriptor.ts';

/** A source's row as it is on the log: an envelope, and one field per column under its Avro name (avro-name.ts). */
export interface RawRow {
  /** From 1 in its file, or the running number in its stream. */
  readonly _row: number;
  /** The source's id: the file's fingerprint, with `#2` and so on where it was replayed again on purpose. */
  readonly _file: string;
  /** Event time as the descriptor read it, UTC epoch ms; null where it could not. */
  readonly _time: number | null;
  /** Why the line is not a row. */
  readonly _error: string | null;
  /** The text of a line that is not a row, or of a JSON message with fields that have no column. */
  readonly _line: string | null;
  /** How many rows the file has, where its writer does not tick: the file is whole when all are there. */
  readonly _of?: number | null;
  readonly [field: string]: Cell | undefined;
}

const text = ['null', 'string'];
const typed = ['null', 'boolean', 'double', 'string'];

/** Text formats keep exactly the text of a cell; Parquet and JSON keep text, numbers and booleans apart. */
export function keepsTypes(descriptor: Descriptor): boolean {
  return descriptor.format.kind !== 'csv';
}

/**
 * The Avro schema of a dataset's raw rows. Every column may be null and is null by default, so a file with more, fewer
 * or reordered columns stays compatible with what is on the log; the type depends on the descriptor alone.
 */
export function rawSchema(descriptor: Descriptor, columns: readonly string[]): RecordSchema {
  const type = keepsTypes(descriptor) ? typed : text;
  const names = new Set([...columns, ...columnsRead(descriptor)]);
  const fields = [...names].map((column) => {
    const name = columnName(column);
    return { name, type, default: null, ...(name === column ? {} : { doc: column }) };
  });
  return {
    type: 'record',
    name: recordName(descriptor.name),
    namespace: 'ebb.raw',
    eventTime: '_time',
    fields: [
      { name: '_row', type: 'long' },
      { name: '_file', type: 'string' },
      { name: '_time', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
      { name: '_error', type: text, default: null },
      { name: '_line', type: text, default: null },
      { name: '_of', type: ['null', 'long'], default: null },
      ...fields,
    ],
  };
}

/** The topic `raw.<dataset>`. Its time is NaN for rows whose time could not be read. Keyed by customer, or by order where there is none. */
export function rawTopic(descriptor: Descriptor, columns: readonly string[] = columnsRead(descriptor)): Topic<RawRow> {
  const rows = topic<RawRow>({
    name: `raw.${descriptor.name}`,
    schema: rawSchema(descriptor, columns),
    key: rawKey(descriptor),
    ticked: true,
  });
  return { ...rows, time: (row) => row._time ?? Number.NaN };
}

/**
 * The topic `deliveries.<dataset>`: the files that others than Ebb write into `raw.<dataset>`. Where it exists, such files
 * are expected there.
 */
export function deliveriesTopic(descriptor: Pick<Descriptor, 'name'>): Topic<Delivery> {
  return topic<Delivery>({
    name: `deliveries.${descriptor.name}`,
    schema: deliverySchema,
    key: ({ file }) => file,
    cleanup: 'compact',
  });
}

/** The key of a raw row: the key role's text, falling back to the order. */
function rawKey(descriptor: Descriptor): (row: RawRow) => string | null {
  const { columns, key } = descriptor;
  const order = columns.order === undefined ? undefined : columnName(columns.order);
  const customer = columns.customer === undefined || key === 'order' ? undefined : columnName(columns.customer);
  return (row) =>
    (customer === undefined ? null : idOf(row[customer])) ?? (order === undefined ? null : idOf(row[order]));
}

function recordName(dataset: string): string {
  return dataset
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
