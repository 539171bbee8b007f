import { it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { deadIsCorrected } from './dead.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();

it('sends a dead record again, corrected and once, and traces it, on Kafka too', { timeout: 240_000 }, async () => {
  await deadIsCorrected(folder, `till-${process.pid}`, { EBB_BROKERS, EBB_REGISTRY });
});
