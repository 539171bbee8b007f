/** Generates into a log until it is killed: `node runner.child.ts DIR`, for the test of that. */
import { join } from 'node:path';
import { openEmbeddedRegistry } from '../../../src/avro/embedded-registry.ts';
import { openEmbeddedLog } from '../../../src/log/embedded.ts';
import { runGenerator } from './runner.ts';

const folder = process.argv[2] ?? '.';
const log = await openEmbeddedLog({ path: join(folder, 'log') });
const registry = await openEmbeddedRegistry({ path: join(folder, 'registry') });
await runGenerator({
  log,
  registry,
  shop: 'demo',
  preset: 'shop',
  seed: 3,
  customers: 500,
  start: Date.UTC(2024, 0, 1),
  history: 730,
  clock: 'max',
  partitions: 3,
  signal: new AbortController().signal,
  now: Date.now,
  onProgress: ({ written }) => process.stdout.write(`${written}\n`),
});
