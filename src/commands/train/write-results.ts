import { sinkGroup } from '../../../connectors/sinks/runner.ts';
import type { ModelResult } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openSerde } from '../../avro/serde.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Append, TopicSpec } from '../../log/log.ts';
import { untilCaughtUp } from '../caught-up.ts';
import { sinksOf } from '../open-sink.ts';
import { watchSink } from '../sink-watch.ts';
import { runSinks } from '../sinks.ts';
import type { Workplace } from '../workplace.ts';

export function resultsSpec(shop: string): TopicSpec {
  return { name: physicalName(shop, topics.modelResults.name), partitions: 1, cleanup: topics.modelResults.cleanup };
}

/** Results as an append to their topic, which is made when it is missing. @throws LogError, AvroError */
export async function appendOfResults(
  { log, registry }: Pick<Workplace, 'log' | 'registry'>,
  shop: string,
  results: readonly ModelResult[],
): Promise<Append> {
  const spec = resultsSpec(shop);
  await log.create([spec]);
  const serde = await openSerde<ModelResult>(registry, `${spec.name}-value`, topics.modelResults.schema);
  const records = results.map((result) => ({
    key: Buffer.from(topics.modelResults.key(result) ?? ''),
    value: serde.encode(result),
  }));
  return { topic: spec.name, partition: 0, records };
}

/**
 * Carries them into the table, whether a sink runs elsewhere or not: the log gives the topic to one of us, and either gets to its
 * end. @throws SinkError, LogError
 */
export async function tableResults(place: Workplace, shop: string, signal: AbortSignal): Promise<void> {
  const { tables } = sinksOf(place.config);
  const { name } = resultsSpec(shop);
  const finished = new AbortController();
  const until = AbortSignal.any([signal, finished.signal]);
  const watch = watchSink(tables, () => {});
  const routes = new Map([[tables, [topics.modelResults.name]]]);
  const running = runSinks(place, {
    shop,
    routes,
    signal: until,
    hurry: AbortSignal.abort(),
    watches: new Map([[tables, watch]]),
  });
  const readers = [{ group: sinkGroup(shop, tables, topics.modelResults.name), topics: [name] }];
  const since = performance.now();
  try {
    const all = { readers, taken: () => watch.taken.size, toTake: 1, since };
    await Promise.race([untilCaughtUp(place.log, all, until), running]);
  } finally {
    finished.abort();
    await running;
  }
}
