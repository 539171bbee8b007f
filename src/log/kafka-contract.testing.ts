import { randomUUID } from 'node:crypto';
import type { LogHarness } from './contract.ts';
import { openKafkaLog } from './kafka.ts';
import type { Log } from './log.ts';

/** An empty log on these brokers: whatever topics and groups they have are deleted. */
export async function emptyKafkaLog(brokers: readonly string[]): Promise<LogHarness> {
  const options = { brokers, clientId: `contract-${randomUUID()}`, sessionTimeout: 6_000 };
  const log = openKafkaLog(options);
  const logs: Log[] = [log];
  await log.forget([...(await log.positions()).keys()]);
  await log.delete((await log.topics()).map(({ name }) => name));
  return {
    log,
    async another() {
      const other = openKafkaLog(options);
      logs.push(other);
      return other;
    },
    async close() {
      await Promise.all(logs.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}
