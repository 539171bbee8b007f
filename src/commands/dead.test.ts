import { it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { deadIsCorrected } from './dead.testing.ts';

const folder = testFolder();

it('sends a dead record again, corrected and once, whoever else does at the same time, and traces it', {
  timeout: 240_000,
}, async () => {
  await deadIsCorrected(folder, 'till', {});
});
