import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { compile } from '../../src/avro/type.ts';
import type { ColumnType, FileColumn } from './file-schema.ts';
import { decimal } from './money.ts';
import type { SinkRecord } from './sink.ts';

/** https://avro.apache.org/docs/1.12.0/specification/#object-container-files */
const header = compile({
  type: 'record',
  name: 'org.apache.avro.file.Header',
  fields: [
    { name: 'magic', type: { type: 'fixed', name: 'Magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'Sync', size: 16 } },
  ],
});
const long = compile('long');
const magic = Buffer.from('Obj\x01', 'latin1');

/** Rows per block: a reader holds one block at a time. */
const blockRows = 4_096;

/**
 * An Avro object container file of the records: deflate, the same bytes for the same name and records.
 * @param name decides the sync marker, which must differ between files and not between repeats of one
 */
export function avroContainer(
  name: string,
  columns: readonly FileColumn[],
  records: readonly SinkRecord[],
): Uint8Array {
  const schema = recordSchema(columns);
  const type = compile(JSON.parse(schema));
  const sync = createHash('md5').update(name).digest();
  const meta = { 'avro.schema': Buffer.from(schema), 'avro.codec': Buffer.from('deflate') };
  const parts: Uint8Array[] = [header.toBuffer({ magic, meta, sync })];
  for (let start = 0; start < records.length; start += blockRows) {
    const block = records.slice(start, start + blockRows);
    const data = deflateRawSync(Buffer.concat(block.map((record) => type.toBuffer(row(columns, record)))), {
      level: 1,
    });
    parts.push(long.toBuffer(block.length), long.toBuffer(data.length), data, sync);
  }
  return Buffer.concat(parts);
}

function row(columns: readonly FileColumn[], record: SinkRecord): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column.name, value(column, record)]));
}

function value({ type, of }: FileColumn, record: SinkRecord): unknown {
  const found = of(record);
  if (found === null) return null;
  return type === 'json' ? JSON.stringify(found) : type === 'decimal' ? bigEndian(found) : found;
}

/** How Avro has decimals: the unscaled number in two's complement. */
function bigEndian(unscaled: unknown): Buffer {
  const bytes = Buffer.alloc(8);
  if (typeof unscaled === 'number' || typeof unscaled === 'bigint') bytes.writeBigInt64BE(BigInt(unscaled));
  return bytes;
}

/** As JSON text, which is how the header carries it. */
function recordSchema(columns: readonly FileColumn[]): string {
  return JSON.stringify({
    type: 'record',
    name: 'Row',
    namespace: 'ebb.file',
    fields: columns.map(({ name, type, nullable }) => ({
      name,
      type: nullable ? ['null', avroType(type)] : avroType(type),
    })),
  });
}

function avroType(type: ColumnType) {
  switch (type) {
    case 'timestamp-millis':
    case 'timestamp-micros':
      return { type: 'long', logicalType: type };
    case 'date':
      return { type: 'int', logicalType: type };
    case 'decimal':
      return { type: 'bytes', logicalType: type, ...decimal };
    case 'json':
      return 'string';
    default:
      return type;
  }
}
