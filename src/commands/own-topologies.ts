import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config.ts';
import type { Topology } from '../engine/topology.ts';

export class OwnTopologiesError extends Error {
  override readonly name = 'OwnTopologiesError';
}

/**
 * A shop's topologies, and those that the module `topologies` of the configuration exports: each by itself or in lists.
 * @throws OwnTopologiesError when the module cannot be loaded, exports none, or one of them has another's name
 */
export async function withOwn(
  shops: readonly Topology[],
  { topologies: path }: Pick<Config, 'topologies'>,
): Promise<readonly Topology[]> {
  if (path === undefined) return shops;
  const own = [
    ...new Set(
      Object.values(await load(path))
        .flat()
        .filter(isTopology),
    ),
  ];
  if (own.length === 0) throw new OwnTopologiesError(`${path} exports no topology: make one with topology({ … })`);
  const all = [...shops, ...own];
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) < index);
  if (twice !== undefined)
    throw new OwnTopologiesError(
      `${path}: there is another topology called ${twice.name}; give this one a name of its own`,
    );
  return all;
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OwnTopologiesError(`the topologies in ${path} cannot be loaded: ${reason}`, { cause: error });
  }
}

function isTopology(value: unknown): value is Topology {
  return typeof value === 'object' && value !== null && 'build' in value && 'from' in value && 'to' in value;
}
