import type { HdfsClient } from './hdfs-client.ts';
import { SinkError } from './sink.ts';

/**
 * An upload that succeeded may have left a part all the same; asking once for all of a folder is cheaper than for each.
 * @param lengths of the files just written, by name @throws SinkError UNAVAILABLE
 */
export async function refuseParts(
  client: HdfsClient,
  folder: string,
  lengths: ReadonlyMap<string, number>,
): Promise<void> {
  const there = new Map(((await client.list(folder)) ?? []).map(({ name, length }) => [name, length]));
  for (const [name, length] of lengths) {
    const found = there.get(name);
    if (found !== length)
      throw new SinkError(
        'UNAVAILABLE',
        `HDFS: ${folder}/${name} has ${found ?? 'none'} of ${length} bytes after it was written; put again`,
      );
  }
}
