import type { Config } from '../config.ts';
import { openSink, sinksOf } from './open-sink.ts';

/**
 * Removes what was put of a shop's topics, or of all of them, from every store of files that the configuration names.
 * @param topics names within the shop @throws SinkError, ConfigError
 */
export async function forgetFiles(config: Config, shop: string, topics?: readonly string[]): Promise<void> {
  for (const name of sinksOf(config).lake) {
    await using sink = await openSink(config, shop, name);
    if (sink.kind === 'idempotent') for (const topic of topics ?? [undefined]) await sink.remove(topic);
  }
}
