/** Writes schemas/generated.ts from schemas/*.avsc. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typesOf } from '../src/avro/types.ts';

const schemas = join(import.meta.dirname, '..', 'schemas');

/** What schemas/generated.ts should hold. */
export function generatedTypes(): string {
  const files = readdirSync(schemas).filter((file) => file.endsWith('.avsc'));
  const parsed = files.sort().map((file): unknown => JSON.parse(readFileSync(join(schemas, file), 'utf8')));
  return typesOf(parsed, '../src/engine/topic.ts');
}

if (import.meta.main) {
  const file = join(schemas, 'generated.ts');
  writeFileSync(file, generatedTypes());
  process.stdout.write('Wrote schemas/generated.ts\n');
}
