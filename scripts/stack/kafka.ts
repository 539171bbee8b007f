/** Kafka clusters for tests, to be killed, stopped and hung at will: one broker, or several with a quorum of three. */
import { type Controls, controlsOf } from './controls.ts';
import { brokerSpecs, certificatesIn, installedKafka } from './kafka-broker.ts';
import type { BrokerPorts } from './kafka-config.ts';
import { type Credentials, makeCredentials, type SecurePorts } from './kafka-security.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import { type Server, serverOf } from './server.ts';
import { need, runs } from './tools.ts';

/** A broker of a cluster that tests have to themselves. */
export interface Broker extends Controls {
  readonly id: number;
  /** `host:port`. */
  readonly address: string;
  readonly server: Server;
}

export interface Kafka extends AsyncDisposable {
  /** `host:port` of every broker. */
  readonly bootstrap: readonly string[];
  /** @param id from 1 @throws RangeError */
  broker(id: number): Broker;
  /** Ends every broker; the data stay in `dir`. */
  close(): Promise<void>;
}

/** A cluster that clients may also reach by listeners which ask who they are. */
export interface SecureKafka extends Kafka {
  /** `host:port` of every broker, by listener. */
  readonly secure: Readonly<Record<keyof SecurePorts, readonly string[]>>;
  readonly credentials: Credentials;
}

export interface KafkaOptions {
  readonly dir: string;
  /** 1 unless stated; three can lose one. */
  readonly brokers?: number;
  /** One per broker for clients; free ones unless stated. */
  readonly ports?: readonly number[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly say?: Say;
}

/**
 * A cluster of one's own, which ends with the process that started it.
 * @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY; CONFLICT when `dir` has the data of another number of brokers
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const free = await freePorts(2 * (options.brokers ?? 1));
  return started(options, pairs(options, free));
}

/** The same with listeners for SASL_PLAINTEXT, SSL and SASL_SSL beside PLAINTEXT. */
export async function startSecureKafka(options: KafkaOptions): Promise<SecureKafka> {
  const count = options.brokers ?? 1;
  const free = await freePorts(5 * count);
  const ports = pairs(options, free).map((pair, index) => {
    const [saslPlaintext = 0, ssl = 0, saslSsl = 0] = free.slice(2 * count + 3 * index);
    return { ...pair, secure: { saslPlaintext, ssl, saslSsl } };
  });
  await need('OpenSSL', 'openssl', () => runs('openssl', 'version'), options.say ?? silent);
  const credentials = makeCredentials(certificatesIn(options.dir));
  const kafka = await started(options, ports);
  const at = (listener: keyof SecurePorts) => ports.map(({ secure }) => `127.0.0.1:${secure[listener]}`);
  const secure = { saslPlaintext: at('saslPlaintext'), ssl: at('ssl'), saslSsl: at('saslSsl') };
  return { ...kafka, secure, credentials };
}

function pairs({ brokers = 1, ports }: KafkaOptions, free: readonly number[]): readonly BrokerPorts[] {
  return Array.from({ length: brokers }, (_, index) => ({
    client: ports?.[index] ?? free[index] ?? 0,
    controller: free[brokers + index] ?? 0,
  }));
}

async function started(options: KafkaOptions, brokers: readonly BrokerPorts[]): Promise<Kafka> {
  const { dir, settings, say = silent } = options;
  const plan = { dir, brokers, ...(settings === undefined ? {} : { settings }) };
  const install = await installedKafka(say);
  const servers = brokerSpecs(plan, async () => install).map((spec) => serverOf(spec, { endsWithParent: true }));
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    await Promise.all(servers.map((server) => server.launch()));
    await Promise.all(servers.map((server) => server.untilHealthy()));
  } catch (error) {
    await close();
    throw error;
  }
  const members = servers.map((server, index) => brokerOf(server, index + 1));
  return {
    bootstrap: members.map(({ address }) => address),
    broker(id) {
      const found = members[id - 1];
      if (found === undefined) throw new RangeError(`no broker ${id} among ${members.length}`);
      return found;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function brokerOf(server: Server, id: number): Broker {
  return { id, address: server.spec.address, server, ...controlsOf(server) };
}
