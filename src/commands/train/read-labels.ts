import { fieldsOf } from '../../../connectors/sinks/file-schema.ts';
import { columnName, columnOf } from '../../../datasets/avro-name.ts';
import { idOf, textOf } from '../../../datasets/cell.ts';
import type { Descriptor } from '../../../datasets/descriptor.ts';
import type { RawRow } from '../../../datasets/raw.ts';
import { schemaIdOf } from '../../avro/frame.ts';
import { openSerde, type Serde } from '../../avro/serde.ts';
import { isTick } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import { descriptorsOf } from '../descriptors.ts';
import type { Workplace } from '../workplace.ts';

export class LabelColumnError extends Error {
  override readonly name = 'LabelColumnError';
}

const yes = new Set(['1', '1.0', 'true', 'yes', 'y', 't', 'churned']);
const no = new Set(['0', '0.0', 'false', 'no', 'n', 'f', 'active']);

/**
 * What a column of the shop's raw rows says of each customer, who is taken at their last row that says anything.
 * @returns 1: left; by customer @throws LabelColumnError, LogError, AvroError
 */
export async function readLabels(
  place: Workplace,
  shop: string,
  column: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, 0 | 1>> {
  const labels = new Map<string, 0 | 1>();
  const known: string[] = [];
  for (const descriptor of await descriptorsOf(place.log, place.registry, shop)) {
    const rows = rowsOf(place, physicalName(shop, `raw.${descriptor.name}`), signal);
    known.push(...(await addLabels(rows, descriptor, column, labels)));
  }
  if (labels.size > 0) return labels;
  throw new LabelColumnError(
    known.includes(column)
      ? `column ${column} says nothing of any customer in shop ${shop}`
      : `no dataset of shop ${shop} has a column ${column}; its columns are ${known.join(', ')}`,
  );
}

interface Row {
  readonly serde: Serde<RawRow>;
  readonly fields: readonly string[];
  readonly value: Buffer;
}

/** Rows with the fields with which they were written. */
async function* rowsOf({ log, registry }: Workplace, topic: string, signal: AbortSignal): AsyncGenerator<Row> {
  const written = new Map<number, Pick<Row, 'serde' | 'fields'>>();
  for await (const { records } of log.read({ topic, from: 'start', to: 'end', signal })) {
    for (const record of records) {
      const { value } = record;
      const id = value === null || isTick(record) ? undefined : schemaIdOf(value);
      if (value === null || id === undefined) continue;
      let form = written.get(id);
      if (form === undefined) {
        const schema = await registry.schemaOf(id);
        const serde = await openSerde<RawRow>(registry, `${topic}-value`, schema);
        form = { serde, fields: fieldsOf(schema).map(({ name }) => name) };
        written.set(id, form);
      }
      yield { ...form, value };
    }
  }
}

/** @returns the dataset's columns */
async function addLabels(
  rows: AsyncIterable<Row>,
  { name, columns }: Descriptor,
  column: string,
  labels: Map<string, 0 | 1>,
): Promise<readonly string[]> {
  const customerField = columnName(columns.customer ?? '');
  const labelField = columnName(column);
  const fields = new Set<string>();
  let written: readonly string[] | undefined;
  for await (const row of rows) {
    if (row.fields !== written) for (const field of row.fields) fields.add(field);
    written = row.fields;
    if (!written.includes(labelField)) continue;
    const raw = row.serde.decode(row.value);
    const customer = idOf(raw[customerField]);
    const text = textOf(raw[labelField])?.toLowerCase();
    if (customer === null || text === undefined) continue;
    if (!yes.has(text) && !no.has(text))
      throw new LabelColumnError(
        `column ${column} of dataset ${name} says ${JSON.stringify(text)} in row ${raw._row}: a label is 1 or 0, true or false, yes or no`,
      );
    labels.set(customer, yes.has(text) ? 1 : 0);
  }
  return [...fields].filter((field) => !/^_(row|file|time|error|line)$/.test(field)).map(columnOf);
}
