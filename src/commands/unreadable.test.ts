import { join } from 'node:path';
import { it } from 'vitest';
import { openEmbeddedLog } from '../log/embedded.ts';
import { testFolder } from './data-folder.testing.ts';
import { unreadableIsSaid } from './unreadable.testing.ts';

const folder = testFolder();

it('goes on over records that are not Avro, have an unknown schema or break theirs, and says who refused them', {
  timeout: 120_000,
}, async () => {
  await unreadableIsSaid(folder, 'made-up', {}, () => openEmbeddedLog({ path: join(folder, 'log.sqlite') }));
});
