import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedRegistry } from '../avro/embedded-registry.ts';
import type { Registry } from '../avro/registry.ts';
import type { Config } from '../config.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import type { Log } from '../log/log.ts';

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

/** Opens the log and the registry, making the data directory when it is missing. @throws LogError, AvroError */
export async function openWorkplace(config: Config): Promise<Workplace> {
  await mkdir(config.data, { recursive: true });
  const paths = pathsOf(config);
  const log = await openEmbeddedLog({ path: paths.log });
  const registry = await openEmbeddedRegistry({ path: paths.log });
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
