import { it } from 'vitest';
import { openKafkaLog } from '../log/kafka.ts';
import { testFolder } from './data-folder.testing.ts';
import { unreadableIsSaid } from './unreadable.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();

it('goes on over records that cannot be read, on Kafka too', { timeout: 240_000 }, async () => {
  const shop = `unreadable-${process.pid}`;
  await unreadableIsSaid(folder, shop, { EBB_BROKERS, EBB_REGISTRY }, async () =>
    openKafkaLog({ brokers: EBB_BROKERS.split(',') }),
  );
});
