/** For tests: plays NiFi's part, which writes what the flow of nifi/ says: at least once, without ticks and without a position. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { columnName } from '../../datasets/avro-name.ts';
import { columnsRead, type Descriptor } from '../../datasets/descriptor.ts';
import { type RawRow, rawTopic } from '../../datasets/raw.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { physicalName } from '../engine/topic.ts';

/** A record as NiFi produces it: the partitioner of Kafka's clients says where. */
export interface Produced {
  readonly key: string;
  readonly value: Buffer;
}

/** The rows of a CSV file, framed with the id that the registry gives for the topic's latest schema. */
export async function rowsByNifi(
  registry: Registry,
  shop: string,
  descriptor: Descriptor,
  file: string,
): Promise<readonly Produced[]> {
  const content = readFileSync(file);
  const topic = rawTopic(descriptor);
  const serde = await openSerde<RawRow>(registry, `${physicalName(shop, topic.name)}-value`, topic.schema);
  const rows: readonly Readonly<Record<string, string>>[] = parse(content, {
    columns: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const fingerprint = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const wanted = columnsRead(descriptor).map(columnName);
  return rows.map((cells, index) => {
    const named = new Map(
      Object.entries(cells).map(([column, cell]) => [columnName(column), cell === '' ? null : cell]),
    );
    const values = Object.fromEntries(wanted.map((field) => [field, named.get(field) ?? null]));
    const row: RawRow = { ...values, ...envelope(index + 1, fingerprint, rows.length) };
    return { key: topic.key(row) ?? String(row._row), value: serde.encode(row) };
  });
}

function envelope(row: number, file: string, of: number) {
  return { _row: row, _file: file, _of: of, _time: null, _error: null, _line: null };
}

/** What a writer that is killed after `upTo` of its records, and begins again from the start, writes in all. */
export function killedAt<T>(records: readonly T[], ...upTo: readonly number[]): readonly T[] {
  return [...upTo.flatMap((end) => records.slice(0, end)), ...records];
}
