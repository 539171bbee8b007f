import { spanOf } from '../../../connectors/sinks/lake-names.ts';
import { baseName } from '../../../connectors/sinks/tables.ts';
import type { Config } from '../../config.ts';
import type { TraceFile } from '../../trace/trace.ts';
import { lakesOf } from '../lake.ts';

interface Place {
  /** Name within the shop. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * The files of a record on this machine and in HDFS: by its day or month, and the offsets in their names.
 * @param time event time, UTC ms; null: Hive's name for a missing day
 * @throws SinkError when HDFS does not answer
 */
export async function filesHolding(
  config: Config,
  shop: string,
  { topic, partition, offset }: Place,
  time: number | null,
): Promise<readonly TraceFile[]> {
  const found: TraceFile[] = [];
  const folder = baseName(topic);
  const day = time === null ? '__HIVE_DEFAULT_PARTITION__' : new Date(time).toISOString().slice(0, 10);
  const dates = [`date=${day}`, `month=${time === null ? day : day.slice(0, 7)}`];
  for (const [sink, open] of lakesOf(config, shop)) {
    await using lake = await open();
    const there = (await lake.dates(folder)).filter((date) => dates.includes(date));
    for (const date of there)
      for (const { name } of await lake.files({ topic: folder, date })) {
        const span = spanOf(name);
        if (span !== undefined && span.partition === partition && span.first <= offset && offset <= span.last)
          found.push({ sink, path: `${shop}/${folder}/${date}/${name}` });
      }
  }
  return found;
}
