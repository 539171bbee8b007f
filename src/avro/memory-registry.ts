import type { Schema } from 'avsc';
import { openEmbeddedRegistry } from './embedded-registry.ts';
import type { Registry } from './registry.ts';

/** A registry that lives as long as the program: for tests. The embedded one, without a file. */
export function memoryRegistry(): Registry {
  const embedded = openEmbeddedRegistry({ path: ':memory:' });
  return {
    idOf: async (subject: string, schema: Schema) => (await embedded).idOf(subject, schema),
    schemaOf: async (id: number) => (await embedded).schemaOf(id),
    [Symbol.asyncDispose]: async () => (await embedded)[Symbol.asyncDispose](),
  };
}
