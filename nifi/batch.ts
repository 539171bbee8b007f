import { columnName } from '../datasets/avro-name.ts';
import { columnsRead, type Descriptor } from '../datasets/descriptor.ts';
import { fetchFile, listFile, publishKafka, sha256, updateRecord, validateRecord } from './components.ts';
import type { Generation, Place, Processor } from './model.ts';
import type { Lookup } from './parameters.ts';

/** Files of a dataset into its raw topic, each row with where it is from. */
export function batch(generation: Generation, descriptor: Descriptor, parameter: Lookup): readonly Processor[] {
  const at = (row: number) => ({ x: 0, y: row * 200 });
  const moved = (name: string, to: string, place: Place): Processor =>
    fetchFile(
      name,
      place,
      {
        'File to Fetch': `${parameter('batch.work.dir')}/\${filename}`,
        'Completion Strategy': 'Move File',
        'Move Destination Directory': parameter(to),
      },
      // Of a file that came twice at once, one is moved first.
      { ended: to === 'batch.done.dir' ? ['success', 'not.found'] : ['not.found'], retried: ['failure'] },
    );
  return [
    listFile(
      'List files',
      at(0),
      {
        'Input Directory': parameter('batch.input.dir'),
        'File Filter': '[^.].*\\.csv',
        'Recurse Subdirectories': 'false',
        // By time it would pass over files that are older than the last one, such as one that is moved back.
        'listing-strategy': 'none',
        'Minimum File Age': '2 sec',
      },
      { every: '2 sec', comments: 'What lies there is listed until it has been taken.' },
    ),
    fetchFile(
      'Take file',
      at(1),
      {
        'Completion Strategy': 'Move File',
        'Move Destination Directory': parameter('batch.work.dir'),
        // Another file of that name that is in hand must not be lost: this one waits, and is listed again.
        'Move Conflict Strategy': 'Fail',
        'Log level when file not found': 'DEBUG',
      },
      { ended: ['not.found'], retried: ['failure'], comments: 'Listed twice, it is taken once.' },
    ),
    sha256('Fingerprint', at(2), { comments: 'The file is known by its content, as `ebb replay` knows it.' }),
    updateRecord(
      generation,
      'Number rows',
      at(3),
      {
        ...{ reader: 'CSV files', writer: 'JSON out', byPath: false },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: NiFi's expressions
        updates: { '/_row': '${record.index}', '/_file': "${'content_SHA-256':substring(0, 16)}" },
      },
      { comments: 'File and row tell repeats from rows: NiFi delivers at least once.' },
    ),
    updateRecord(
      generation,
      'Name fields',
      at(4),
      { reader: 'JSON rows', writer: 'JSON out', byPath: true, updates: namedFields(descriptor) },
      { comments: 'How many rows the file has tells when it is whole; repeats must get the same key.' },
    ),
    validateRecord(
      'Validate rows',
      at(5),
      { reader: 'JSON rows', writer: 'JSON out', schema: JSON.stringify(stampedSchema(descriptor)) },
      { comments: 'What a row says is judged by Ebb, which keeps the refused ones with the reason.' },
    ),
    publishKafka(
      generation,
      'Publish rows',
      at(6),
      {
        ...{ kafka: 'Kafka', brokers: parameter('kafka.brokers'), topic: parameter('batch.topic') },
        ...{ reader: 'JSON rows', writer: 'Avro rows', key: '_key' },
      },
      { retried: ['failure'] },
    ),
    moved('Move to done', 'batch.done.dir', at(7)),
    moved('Move to failed', 'batch.failed.dir', { x: 600, y: 900 }),
  ];
}

/** Record path → record path. Numbering and fingerprint are there. */
function namedFields(descriptor: Descriptor): Readonly<Record<string, string>> {
  const { columns, key } = descriptor;
  // Quoted, as some words, such as `not`, mean something else in a path.
  const path = (column: string): string => `/'${column.replaceAll("'", "\\'")}'`;
  const keys = [key === 'order' ? undefined : columns.customer, columns.order].filter((column) => column !== undefined);
  const renamed = columnsRead(descriptor).filter((column) => columnName(column) !== column);
  return {
    ...Object.fromEntries(renamed.map((column) => [`/${columnName(column)}`, path(column)])),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: NiFi's expressions
    '/_of': "concat('${record.count}')",
    '/_key': `coalesce(${[...keys.map(path), '/_row'].join(', ')})`,
  };
}

/** What every row must have before it is published: its place and its key; cells may be empty. */
function stampedSchema(descriptor: Descriptor): object {
  const field = (name: string, type: string | readonly string[]) => ({ name, type });
  return {
    type: 'record',
    name: 'Row',
    namespace: 'ebb.nifi',
    fields: [
      field('_row', 'long'),
      field('_file', 'string'),
      field('_of', 'long'),
      field('_key', 'string'),
      ...columnsRead(descriptor).map((column) => field(columnName(column), ['null', 'string'])),
    ],
  };
}
