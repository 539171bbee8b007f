import type { Socket } from 'node:net';
import kafkajs, { type ISocketFactory, type KafkaConfig } from 'kafkajs';
import Cluster, { type Broker } from 'kafkajs/src/cluster/index.js';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import { LogError } from '../log.ts';
import { asLogError, closed, kindOf } from './failure.ts';
import type { Patience } from './patience.ts';
import { socketFactory } from './socket.ts';

/** How the brokers are reached: addresses, client id, TLS and SASL, as kafkajs takes them. */
export type Brokers = Pick<KafkaConfig, 'clientId' | 'ssl' | 'sasl'> & { readonly brokers: readonly string[] };

/** ms within which a broker answers; longer for what waits by design. */
const requestTimeout = 15_000;
const metadataMaxAge = 60_000;
/** ms that a cluster takes at most to elect new leaders: brokers that start on a busy machine take a minute. */
const electing = 120_000;
/** ms for which `close` lets brokers answer what they were asked. */
const lastAnswers = 5_000;
/** Timestamps that ListOffsets takes for the ends. */
const earliest = '-2';
const latest = '-1';
/** kafkajs's own retries are kept few and short: what waits, and for how long, is decided above. */
const retry = { initialRetryTime: 20, multiplier: 2, maxRetryTime: 500, retries: 3 };

/** Names of errors after which leaders and coordinators must be looked up anew. */
const moved = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]);

/** Connections to the brokers, with the metadata of the topics that were asked for. One answers one request at a time. */
export class Connection {
  readonly #cluster: Cluster;
  readonly #coordinators = new Map<string, Promise<Broker>>();
  readonly #brokers: readonly string[];
  readonly #leaving: AbortSignal | undefined;
  readonly #sockets = new Map<Socket, string>();
  #open = true;
  #opening: Promise<void> | undefined;

  /** @param leaving nobody waits for an answer any more */
  constructor({ brokers, clientId, ssl, sasl }: Brokers, leaving?: AbortSignal) {
    this.#brokers = brokers;
    this.#leaving = leaving;
    this.#cluster = new Cluster({
      brokers: [...brokers],
      ...(clientId === undefined ? {} : { clientId }),
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl }),
      connectionTimeout: 3_000,
      authenticationTimeout: 5_000,
      requestTimeout,
      enforceRequestTimeout: true,
      retry,
      metadataMaxAge,
      allowAutoTopicCreation: false,
      socketFactory: (asked) => this.#dial(asked),
      logger: createLogger({ level: kafkajs.logLevel.NOTHING, logCreator: () => () => {} }),
    });
  }

  /** The brokers' numbers. */
  async nodes(): Promise<readonly number[]> {
    await this.#ready();
    return this.#cluster.getNodeIds().map(Number);
  }

  /** How many partitions the topic has. @throws LogError UNKNOWN_TOPIC */
  async partitions(topic: string): Promise<number> {
    await this.#know(topic);
    return this.#cluster.findTopicPartitionMetadata(topic).length;
  }

  /** The broker that leads a partition. @throws LogError UNKNOWN_TOPIC, UNAVAILABLE */
  async leader(topic: string, partition: number): Promise<number> {
    await this.#know(topic);
    let found = this.#partition(topic, partition);
    if (found === undefined) {
      // It may have been made anew with more partitions.
      await this.refresh();
      found = this.#partition(topic, partition);
    }
    if (found === undefined) throw new LogError('UNKNOWN_TOPIC', `Topic ${topic} has no partition ${partition}.`);
    if (found.leader < 0)
      throw new LogError('UNAVAILABLE', `Partition ${partition} of topic ${topic} has no leader now.`);
    return found.leader;
  }

  async broker(nodeId: number): Promise<Broker> {
    await this.#ready();
    return this.#cluster.findBroker({ nodeId });
  }

  /** For questions that can be asked again while the cluster changes. One of which no broker was ever reached is more likely elsewhere. */
  get patient(): Patience {
    return {
      patience: () =>
        this.#cluster.brokerPool.metadata === null ? Math.min(10_000 * this.#brokers.length, 40_000) : electing,
      signal: this.#leaving,
      before: (error) => this.heal(error),
    };
  }

  /** A broker that can be reached. */
  async anyBroker(): Promise<Broker> {
    await this.#ready();
    return this.#cluster.brokerPool.findConnectedBroker();
  }

  /** Whatever `ask` gives of each broker that can be reached. @throws LogError UNAVAILABLE when there is none */
  async ofEach<T>(ask: (broker: Broker) => Promise<T>): Promise<readonly T[]> {
    const asked = (await this.nodes()).map(async (node) => ask(await this.broker(node)));
    const answers = await Promise.allSettled(asked);
    const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const [failed] = answers.filter(({ status }) => status === 'rejected');
    if (given.length === 0 && failed?.status === 'rejected') throw failed.reason;
    return given;
  }

  /** The broker that coordinates a group (0) or a transactional id (1). Remembered until `heal` finds that it moved. */
  async coordinator(kind: 0 | 1, id: string): Promise<Broker> {
    const key = `${kind} ${id}`;
    const known = this.#coordinators.get(key);
    if (known !== undefined) {
      const broker = await known;
      // Connects again when the connection was lost.
      return this.#cluster.findBroker({ nodeId: broker.nodeId });
    }
    await this.#ready();
    const found = this.#cluster.findGroupCoordinator({ groupId: id, coordinatorType: kind });
    this.#coordinators.set(key, found);
    found.catch(() => this.#coordinators.delete(key));
    return found;
  }

  /** Looks up anew what `error` says has moved. */
  async heal(error: unknown): Promise<void> {
    const kind = kindOf(error) ?? '';
    // Otherwise a silent broker may be the one that is asked next about the cluster.
    const silent = kind === 'KafkaJSRequestTimeoutError' ? silentOne(error) : undefined;
    if (silent !== undefined) this.#hangUp(silent);
    if (!moved.has(kind) && !kind.startsWith('KafkaJS')) return;
    this.#coordinators.clear();
    await this.refresh();
  }

  async refresh(): Promise<void> {
    await this.#ready();
    try {
      await this.#cluster.refreshMetadata();
    } catch (error) {
      if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      // One of the topics was deleted, and the broker answers for none: they are asked for again one by one.
      this.#cluster.targetTopics.clear();
      await this.#cluster.refreshMetadata();
    }
  }

  /** First offset still there (`start`), or the one that the next record gets (`end`), by topic and partition. @throws LogError */
  async offsets(
    partitions: readonly { readonly topic: string; readonly partition: number }[],
    which: 'start' | 'end',
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    const led = await Promise.all(
      partitions.map(async (one) => ({ ...one, node: await this.leader(one.topic, one.partition) })),
    );
    const found = new Map<string, Map<number, number>>();
    const asking = [...Map.groupBy(led, ({ node }) => node)].map(async ([node, ours]) => {
      const broker = await this.broker(node);
      const timestamp = which === 'start' ? earliest : latest;
      const topics = [...Map.groupBy(ours, ({ topic }) => topic)].map(([topic, parts]) => ({
        topic,
        partitions: parts.map(({ partition }) => ({ partition, timestamp })),
      }));
      const { responses } = await broker
        .listOffsets({ replicaId: -1, isolationLevel: 0, topics })
        .catch(throwUnlessNew);
      for (const { topic, partitions: answers } of responses)
        for (const { partition, offset } of answers)
          found.set(topic, (found.get(topic) ?? new Map()).set(partition, Number(offset)));
    });
    await Promise.all(asking);
    return found;
  }

  async offsetOf(topic: string, partition: number, which: 'start' | 'end'): Promise<number> {
    return (await this.offsets([{ topic, partition }], which)).get(topic)?.get(partition) ?? 0;
  }

  async close(): Promise<void> {
    this.#open = false;
    const patience = setTimeout(() => this.#hangUp(), lastAnswers);
    await this.#cluster.disconnect().finally(() => clearTimeout(patience));
  }

  #dial(asked: Parameters<ISocketFactory>[0]): Socket {
    if (!this.#open) throw closed();
    const socket = socketFactory(asked);
    this.#sockets.set(socket, `${asked.host}:${asked.port}`);
    return socket.once('close', () => this.#sockets.delete(socket));
  }

  /**
   * Fails whatever the broker, or any, was asked and has not answered. kafkajs's own `disconnect` waits for those answers, yet
   * ends the check that would time them out: of a broker that is silent it would wait for ever.
   */
  #hangUp(address?: string): void {
    for (const [socket, of] of this.#sockets)
      if (address === undefined || of === address) socket.destroy(new Error(`${of} was not waited for any longer`));
  }

  async #ready(): Promise<void> {
    if (!this.#open) throw closed();
    const { brokerPool } = this.#cluster;
    if (this.#cluster.isConnected() && brokerPool.metadata !== null) return;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  /** One at a time: another's failure would change the broker under it. */
  async #connect(): Promise<void> {
    try {
      await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
    } catch (error) {
      const { brokerPool } = this.#cluster;
      // One that hangs takes connections: the next try begins with the next of the brokers that were given.
      if (brokerPool.metadata !== null) throw error;
      await brokerPool.createSeedBroker();
      throw unreached(this.#brokers, error);
    }
  }

  async #know(topic: string): Promise<void> {
    await this.#ready();
    if (this.#cluster.targetTopics.has(topic) && this.#cluster.findTopicPartitionMetadata(topic).length > 0) return;
    try {
      await this.#cluster.addMultipleTargetTopics([topic]);
      if (this.#cluster.findTopicPartitionMetadata(topic).length === 0) await this.#cluster.refreshMetadata();
    } catch (error) {
      if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      // It may be another topic of those known that was deleted.
      this.#cluster.targetTopics.clear();
      await this.#only(topic, error);
    }
  }

  async #only(topic: string, cause: unknown): Promise<void> {
    try {
      await this.#cluster.addMultipleTargetTopics([topic]);
    } catch (error) {
      if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      throw new LogError('UNKNOWN_TOPIC', `There is no topic ${topic}.`, { cause });
    }
  }

  #partition(topic: string, partition: number) {
    return this.#cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
  }
}

/** A leader that has only just become one may not know its partition yet: metadata say whether there is one. */
function throwUnlessNew(error: unknown): never {
  if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
  throw new LogError('UNAVAILABLE', 'The leader of a partition does not know it yet.', { cause: error });
}

/** Nobody has answered yet: what is wrong may well be the address. */
function unreached(brokers: readonly string[], error: unknown): unknown {
  const failure = asLogError(error, 'Connecting');
  if (!(failure instanceof LogError) || failure.code !== 'UNAVAILABLE') return failure;
  const said = error instanceof Error ? error.message : String(error);
  const next = 'Is the address right (--brokers, EBB_BROKERS), and does Kafka run there? `ebb stack up` starts one.';
  return new LogError('UNAVAILABLE', `No broker answers at ${brokers.join(', ')} (${said}). ${next}`, { cause: error });
}

/** Address of the broker that did not answer in time. */
function silentOne(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('broker' in error && typeof error.broker === 'string') return error.broker;
  return error.cause === error ? undefined : silentOne(error.cause);
}
