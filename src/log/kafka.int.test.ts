import { logContract } from './contract.ts';
import { emptyKafkaLog } from './kafka-contract.testing.ts';

const brokers = (process.env.EBB_BROKERS ?? '').split(',').filter(Boolean);
if (brokers.length === 0) throw new Error('EBB_BROKERS names no brokers: run this with `npm run test:stack`');

logContract('kafka', () => emptyKafkaLog(brokers));
