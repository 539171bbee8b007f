import { randomUUID } from 'node:crypto';
import { logContract } from './contract.ts';
import { openKafkaLog } from './kafka.ts';
import type { Log } from './log.ts';

const brokers = (process.env.EBB_BROKERS ?? '').split(',').filter(Boolean);
if (brokers.length === 0) throw new Error('EBB_BROKERS names no brokers: run this with `npm run test:stack`');

logContract('kafka', async () => {
  const options = { brokers, clientId: `contract-${randomUUID()}`, sessionTimeout: 6_000 };
  const log = openKafkaLog(options);
  const logs: Log[] = [log];
  const clean = async (): Promise<void> => {
    await log.forget([...(await log.positions()).keys()]);
    await log.delete((await log.topics()).map(({ name }) => name));
  };
  await clean();
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
});
