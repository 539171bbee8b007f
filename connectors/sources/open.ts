import { type CsvFormat, columnsRead, type Descriptor } from '../../datasets/descriptor.ts';
import { openCsv } from './csv.ts';
import { formOf } from './file-bytes.ts';
import { openJsonLines } from './json-lines.ts';
import { openParquet } from './parquet.ts';
import { type Source, SourceError } from './source.ts';
import { openStream, type StreamOptions } from './stream.ts';

/** Read a text file so, when its descriptor is for another form. */
const plainCsv: CsvFormat = { kind: 'csv', delimiter: 'auto', quote: '"', header: true, encoding: 'auto' };

/**
 * Opens a file (delimited text, JSON lines, both plain, .gz or .zst; Parquet) or a stream (http, https, ws, wss) as a
 * source. A file's form is told by its first bytes and its name, so one dataset's descriptor reads all its forms.
 * @throws SourceError NOT_FOUND, UNREADABLE, WRONG_COLUMNS
 */
export async function openSource(target: string, descriptor: Descriptor, options: StreamOptions): Promise<Source> {
  if (/^(?:https?|wss?):\/\//i.test(target)) {
    if (/\.(?:csv|tsv|parquet|zip)(?:\.gz|\.zst)?$/i.test(new URL(target).pathname)) {
      throw new SourceError('UNREADABLE', `${target} is a file: download it, then replay the copy`);
    }
    return openStream(target, descriptor, options);
  }
  const wanted = columnsRead(descriptor);
  if ((await formOf(target)) === 'parquet') return openParquet(target, wanted);
  const { format } = descriptor;
  if (format.kind === 'json' || /\.(?:jsonl|ndjson|json)(?:\.gz|\.zst)?$/i.test(target))
    return openJsonLines(target, wanted);
  return openCsv(target, { format: format.kind === 'csv' ? format : plainCsv, wanted });
}
