/** A broker's configuration: what suits a laptop and tests, with the promises that a real cluster gives. */

import type { SecurePorts } from './kafka-security.ts';

export interface BrokerPorts {
  /** PLAINTEXT, for clients and the other brokers. */
  readonly client: number;
  readonly controller: number;
  readonly secure?: SecurePorts;
}

/** Brokers that also vote on the cluster's metadata: of three, one may fail; of two, neither could. */
function voters(brokers: readonly BrokerPorts[]): number {
  return brokers.length >= 3 ? 3 : 1;
}

export function isVoter(brokers: readonly BrokerPorts[], node: number): boolean {
  return node <= voters(brokers);
}

/**
 * @param node from 1
 * @param data folder of its log
 */
export function brokerSettings(
  brokers: readonly BrokerPorts[],
  node: number,
  data: string,
): Readonly<Record<string, string>> {
  const ports = brokers[node - 1];
  if (ports === undefined) throw new RangeError(`no broker ${node} among ${brokers.length}`);
  const replicas = String(Math.min(3, brokers.length));
  const inSync = brokers.length >= 3 ? '2' : '1';
  const votes = brokers
    .slice(0, voters(brokers))
    .map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`);
  const { client, secure } = ports;
  const clients = [
    ['PLAINTEXT', client],
    ...(secure === undefined
      ? []
      : [
          ['SASL_PLAINTEXT', secure.saslPlaintext],
          ['SSL', secure.ssl],
          ['SASL_SSL', secure.saslSsl],
        ]),
  ];
  const listeners = clients.map(([name, port]) => `${name}://127.0.0.1:${port}`);
  return {
    'process.roles': isVoter(brokers, node) ? 'broker,controller' : 'broker',
    'node.id': String(node),
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': votes.join(),
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...clients.map(([name]) => `${name}:${name}`)].join(),
    listeners: [...listeners, ...(isVoter(brokers, node) ? [`CONTROLLER://127.0.0.1:${ports.controller}`] : [])].join(),
    'advertised.listeners': listeners.join(),
    'log.dirs': data,
    'num.partitions': '1',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    // 6 s unless stated: a process that is killed could not be got over sooner.
    'group.min.session.timeout.ms': '1000',
    'auto.create.topics.enable': 'false',
    // The log is the truth: nothing leaves it, nor do groups forget how far they are, by the mere passing of time.
    'log.retention.ms': '-1',
    'offsets.retention.minutes': String(10 * 365 * 24 * 60),
    // Compaction leaves the newest segment alone and looks every 15 s: with small ones, and soon, it can be seen.
    'log.segment.bytes': String(16 * 1024 * 1024),
    'log.cleaner.backoff.ms': '1000',
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    // A broker that was killed is let in again only when its last session has run out (9 s unless stated).
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '4000',
    'num.network.threads': '2',
    'num.io.threads': '4',
  };
}

export function propertiesText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
