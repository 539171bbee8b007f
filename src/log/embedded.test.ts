import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logContract } from './contract.ts';
import { openEmbeddedLog } from './embedded.ts';
import type { Log } from './log.ts';

logContract('embedded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ebb-log-'));
  const options = { path: join(directory, 'log.db'), sessionTimeout: 2_000 };
  const log = await openEmbeddedLog(options);
  const logs: Log[] = [log];
  return {
    log,
    async another() {
      const other = await openEmbeddedLog(options);
      logs.push(other);
      return other;
    },
    compact: (topics) => log.compact(topics),
    async close() {
      await Promise.all(logs.map((one) => one[Symbol.asyncDispose]()));
      await rm(directory, { recursive: true, force: true });
    },
  };
});
