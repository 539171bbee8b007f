import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedRegistry } from '../avro/embedded-registry.ts';
import type { Registry } from '../avro/registry.ts';
import type { Config } from '../config.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import type { Log } from '../log/log.ts';
import { kafkaOptions, registryOptions } from './cluster-options.ts';

/** Where things are kept under the data directory. */
export interface Paths {
  /** The log and the schema registry. */
  readonly log: string;
  /** The tables. */
  readonly tables: string;
  /** The files, by shop and topic. */
  readonly lake: string;
}

export function pathsOf({ data }: Pick<Config, 'data'>): Paths {
  return { log: join(data, 'log.sqlite'), tables: join(data, 'tables.sqlite'), lake: join(data, 'lake') };
}

/** The adapters of one command, chosen by its configuration. */
export interface Workplace extends AsyncDisposable {
  readonly config: Config;
  readonly paths: Paths;
  readonly log: Log;
  readonly registry: Registry;
}

export class NoLogError extends Error {
  override readonly name = 'NoLogError';
}

/**
 * Opens the log and the registry, making them when they are missing, unless only `existing` ones will do.
 * @throws NoLogError, ConfigError, LogError, AvroError
 */
export async function openWorkplace(config: Config, only?: 'existing'): Promise<Workplace> {
  const paths = pathsOf(config);
  const { brokers } = config;
  if (brokers === undefined && only === 'existing' && !existsSync(paths.log))
    throw new NoLogError(
      `there is no log at ${paths.log} yet: \`ebb up\`, \`ebb replay\` and \`ebb generate\` make one, or give --data DIR`,
    );
  await mkdir(config.data, { recursive: true });
  const { log, registry } = brokers === undefined ? await openEmbedded(paths) : await openKafka(config, brokers);
  return {
    config,
    paths,
    log,
    registry,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

type Adapters = Pick<Workplace, 'log' | 'registry'>;

async function openEmbedded({ log: path }: Paths): Promise<Adapters> {
  return { log: await openEmbeddedLog({ path }), registry: await openEmbeddedRegistry({ path }) };
}

async function openKafka(config: Config, brokers: readonly string[]): Promise<Adapters> {
  // Loaded when they are needed: their clients take longer to load than everything else of a command.
  const [{ openKafkaLog }, { openConfluentRegistry }] = await Promise.all([
    import('../log/kafka.ts'),
    import('../avro/confluent-registry.ts'),
  ]);
  const registry = await openConfluentRegistry(registryOptions(config));
  return { log: openKafkaLog(kafkaOptions(config, brokers)), registry };
}
