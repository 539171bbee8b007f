import { it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { postedCountOnce } from './posted-events.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const data = testFolder();

it('holds each posted event once, on Kafka too, whatever was posted again after a kill', {
  timeout: 240_000,
}, async () => {
  await postedCountOnce(data, `posted-${process.pid}`, { EBB_BROKERS, EBB_REGISTRY });
});
