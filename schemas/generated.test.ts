import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedTypes } from '../scripts/generate-types.ts';

it('holds what schemas/*.avsc say (otherwise: npm run generate-types)', () => {
  expect(readFileSync(join(import.meta.dirname, 'generated.ts'), 'utf8')).toBe(generatedTypes());
});
