/** The ceiling: kafkajs's own consumer, which reads the topic and does nothing. `bare.ts TOPIC RECORDS`. */
import kafkajs from 'kafkajs';

const [, , topic = '', wanted = '0'] = process.argv;
const kafka = new kafkajs.Kafka({
  brokers: (process.env.EBB_BROKERS ?? '').split(','),
  logLevel: kafkajs.logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId: `bare-${process.pid}`, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
let records = 0;
const { promise, resolve } = Promise.withResolvers<void>();
await consumer.run({
  autoCommitInterval: 1_000,
  eachBatch: async ({ batch }) => {
    records += batch.messages.length;
    if (records >= Number(wanted)) resolve();
  },
});
await promise;
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    seconds: performance.now() / 1000,
    cpu: (user + system) / 1e6,
    rss: process.resourceUsage().maxRSS * 1024,
  }),
);
process.exit();
