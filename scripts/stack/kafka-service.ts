import { brokerSpecs, installedKafka } from './kafka-broker.ts';
import type { BrokerPorts } from './kafka-config.ts';
import { type Service, type Values, valueFor } from './service.ts';

/** From here on Linux gives ports to outgoing connections, one of which may hold it when the controller starts. */
const LOWEST_OUTGOING = 32_768;
const TO_CONTROLLER = 11_000;

export const kafkaService: Service = {
  name: 'kafka',
  settings: [
    {
      key: 'brokers',
      flag: '--brokers <n>',
      description: 'brokers of Kafka: 1, or 3 of which one may fail',
      fallback: 1,
      kind: { oneOf: [1, 3] },
      fixedByData: true,
    },
    {
      key: 'kafkaPort',
      flag: '--kafka-port <port>',
      description: 'of the first broker; the others have the next ones',
      fallback: 9092,
      kind: 'port',
      fixedByData: false,
    },
  ],
  servers: (values, dir, say) => brokerSpecs({ dir, brokers: portsOf(values) }, () => installedKafka(say)),
  environment: (values) => ({
    EBB_BROKERS: portsOf(values)
      .map(({ client }) => `127.0.0.1:${client}`)
      .join(),
  }),
  compose(values) {
    const [first, second, third] = portsOf(values);
    if (second === undefined || third === undefined)
      return { variables: { KAFKA_PORT: first?.client ?? 0 }, profiles: [] };
    return {
      variables: {
        KAFKA_PORT: first?.client ?? 0,
        KAFKA_PORT_2: second.client,
        KAFKA_PORT_3: third.client,
        KAFKA_VOTERS: '1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093',
        KAFKA_REPLICAS: 3,
        KAFKA_IN_SYNC: 2,
      },
      profiles: ['three-brokers'],
    };
  },
};

function portsOf(values: Values): readonly BrokerPorts[] {
  const first = valueFor(values, 'kafkaPort');
  return Array.from({ length: valueFor(values, 'brokers') }, (_, index) => {
    const client = first + index;
    const above = client + TO_CONTROLLER;
    return { client, controller: above < LOWEST_OUTGOING ? above : client - TO_CONTROLLER };
  });
}
