import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cdnow } from './cdnow.ts';
import { type Descriptor, DescriptorError, parseDescriptor } from './descriptor.ts';
import { kaggleEcommerce } from './kaggle-ecommerce.ts';
import { onlineRetail } from './online-retail.ts';
import { rees46 } from './rees46.ts';

/** The datasets that Ebb knows by name. */
export const datasets: ReadonlyMap<string, Descriptor> = new Map(
  [cdnow, onlineRetail, rees46, kaggleEcommerce].map((descriptor) => [descriptor.name, descriptor]),
);

/**
 * The descriptor of a built-in dataset, or of a file: JSON, or a module that exports `descriptor` (or a default).
 * @throws DescriptorError UNKNOWN_DATASET (with the names there are), INVALID_DESCRIPTOR
 */
export async function loadDescriptor(nameOrFile: string): Promise<Descriptor> {
  const known = datasets.get(nameOrFile);
  if (known !== undefined) return known;
  switch (extname(nameOrFile).toLowerCase()) {
    case '.json':
      return parseDescriptor(await jsonOf(nameOrFile), nameOrFile);
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return parseDescriptor(await exportOf(nameOrFile), nameOrFile);
    default:
      throw new DescriptorError(
        'UNKNOWN_DATASET',
        `no dataset is called ${nameOrFile}: the names are ${[...datasets.keys()].join(', ')}, or give a descriptor file (.json or .ts; \`ebb inspect FILE\` proposes one)`,
      );
  }
}

async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function exportOf(file: string): Promise<unknown> {
  try {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(file)).href);
    return module.descriptor ?? module.default;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): DescriptorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DescriptorError('INVALID_DESCRIPTOR', `cannot read the descriptor ${file}: ${reason}`, { cause });
}
