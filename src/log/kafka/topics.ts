import kafkajs from 'kafkajs';
import { LogError, type TopicInfo, type TopicSpec } from '../log.ts';
import type { Administrator } from './administrator.ts';
import type { Connection } from './connection.ts';
import { asLogError, kindOf } from './failure.ts';
import { type Known, topicsKnownTo } from './metadata.ts';
import { patiently } from './patience.ts';

/** Bytes of the largest batch that a topic takes: the port's largest record, and what comes with it. */
const largestBatch = 17 << 20;
/** ms that topics wait for enough brokers to keep them: as long as it takes to start one again. */
const restart = 60_000;
/** A compacted topic's newest segment is not compacted: small ones keep restoring short. */
const compactedSegment = 64 << 20;

interface Existing {
  readonly partitions: number;
  readonly cleanup: string;
}

/** Topics: made with the configuration that their use needs, and refused when they exist with another. */
export class Topics {
  readonly #connection: Connection;
  readonly #replication: number | undefined;
  readonly #administrator: Administrator;
  /** Cleanup policies, which rarely change, by topic. */
  readonly #policies = new Map<string, string>();

  constructor(connection: Connection, administrator: Administrator, replication: number | undefined) {
    this.#connection = connection;
    this.#administrator = administrator;
    this.#replication = replication;
  }

  async create(specs: readonly TopicSpec[]): Promise<void> {
    const asked = new Map<string, TopicSpec>();
    for (const spec of specs) {
      const before = asked.get(spec.name);
      if (before !== undefined) refuseOther(spec, before);
      asked.set(spec.name, spec);
    }
    const existing = await this.#existing([...asked.keys()]);
    for (const spec of asked.values()) {
      const there = existing.get(spec.name);
      if (there !== undefined) refuseOther(spec, there);
    }
    const missing = [...asked.values()].filter(({ name }) => !existing.has(name));
    if (missing.length === 0) return;
    const replicationFactor = this.#replication ?? (await this.#usualReplication());
    const topics = missing.map(({ name, partitions, cleanup }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: settings(cleanup, replicationFactor),
    }));
    const names = missing.map(({ name }) => name).join(', ');
    const make = async (): Promise<void> => {
      try {
        // Waiting for leaders is done here: kafkajs gives up when the broker that it asks has not heard of the topics yet.
        await this.#administrator.ask(`Creating topics ${names}`, (admin) =>
          admin.createTopics({ topics, waitForLeaders: false }),
        );
      } catch (error) {
        if (this.#replication !== undefined || kindOf(error) !== 'INVALID_REPLICATION_FACTOR') throw error;
        const why = `${replicationFactor} brokers are to keep them, and fewer are there now.`;
        throw new LogError('UNAVAILABLE', `Creating topics ${names}: ${why}`, { cause: error });
      }
    };
    await patiently(`Creating topics ${names}`, make, { ...this.#connection.patient, patience: restart });
    await patiently(`Creating topics ${names}`, () => this.#ready(missing), this.#connection.patient);
    // Another may have made them at the same time, and otherwise.
    const made = await this.#existing(missing.map(({ name }) => name));
    for (const spec of missing) {
      const there = made.get(spec.name);
      if (there !== undefined) refuseOther(spec, there);
    }
  }

  /** Three, or as many as there are brokers: those that are away now are counted when they keep other topics. */
  async #usualReplication(): Promise<number> {
    const nodes = (await this.#connection.nodes()).length;
    const kept = [...(await this.#known()).values()].map(({ replicas }) => replicas);
    return Math.min(3, Math.max(nodes, ...kept));
  }

  /** Brokers hear of a topic one after the other, and whoever made it may ask any of them next. */
  async #ready(specs: readonly TopicSpec[]): Promise<void> {
    const names = specs.map(({ name }) => name);
    const unready = (await this.#connection.ofEach((broker) => topicsKnownTo(broker, names))).flatMap((known) =>
      names.filter((name) => known.get(name)?.led !== true),
    );
    if (unready.length > 0)
      throw new LogError('UNAVAILABLE', `Brokers do not know topics ${[...new Set(unready)].join(', ')} yet.`);
  }

  async delete(names: readonly string[]): Promise<void> {
    const present = [...(await this.#known(names)).keys()];
    for (const name of names) this.#policies.delete(name);
    if (present.length === 0) return;
    await this.#administrator.ask(`Deleting topics ${present.join(', ')}`, async (admin) => {
      try {
        await admin.deleteTopics({ topics: present });
      } catch (error) {
        // Deleted by another meanwhile, or by a try whose answer was lost.
        if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      }
    });
    const gone = async () => {
      const known = await this.#connection.ofEach((broker) => topicsKnownTo(broker, present));
      const left = present.filter((name) => known.some((topics) => topics.has(name)));
      if (left.length > 0) throw new LogError('UNAVAILABLE', `Topics ${left.join(', ')} are still being deleted.`);
    };
    await patiently('Deleting topics', gone, this.#connection.patient);
    await this.#connection.refresh();
  }

  list(): Promise<readonly TopicInfo[]> {
    return this.#patiently('Listing topics', () => this.#listed());
  }

  async #listed(): Promise<readonly TopicInfo[]> {
    const found = await this.#look();
    const partitions = [...found].flatMap(([topic, { partitions: count }]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
    const [starts, ends] = await Promise.all(
      (['start', 'end'] as const).map((which) => this.#connection.offsets(partitions, which)),
    );
    const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([name, { partitions: count, cleanup }]) => ({
      name,
      partitions: count,
      cleanup: cleanup.includes('compact') ? 'compact' : 'delete',
      offsets: Array.from({ length: count }, (_, partition) => ({
        start: starts?.get(name)?.get(partition) ?? 0,
        end: ends?.get(name)?.get(partition) ?? 0,
      })),
    }));
  }

  #existing(names: readonly string[]): Promise<ReadonlyMap<string, Existing>> {
    return this.#patiently('Describing topics', () => this.#look(names));
  }

  /** @param names omitted: all but the brokers' own */
  async #look(names?: readonly string[]): Promise<ReadonlyMap<string, Existing>> {
    const known = await topicsKnownTo(await this.#connection.anyBroker(), names);
    const present = [...known].filter(([name]) => !name.startsWith('__'));
    await this.#learnPolicies(present.map(([name]) => name).filter((name) => !this.#policies.has(name)));
    return new Map(
      present.map(([name, { partitions }]) => [name, { partitions, cleanup: this.#policies.get(name) ?? 'delete' }]),
    );
  }

  #known(names?: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    return this.#patiently('Listing topics', async () => topicsKnownTo(await this.#connection.anyBroker(), names));
  }

  /** Looks again when a topic is made or deleted meanwhile, which brokers learn one after the other. */
  #patiently<T>(doing: string, look: () => Promise<T>): Promise<T> {
    const again = async (): Promise<T> => {
      try {
        return await look();
      } catch (error) {
        const failure = asLogError(error, doing);
        if (!(failure instanceof LogError) || failure.code !== 'UNKNOWN_TOPIC') throw failure;
        throw new LogError('UNAVAILABLE', `${failure.message} It is looked for again.`, { cause: error });
      }
    };
    return patiently(doing, again, this.#connection.patient);
  }

  async #learnPolicies(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const resources = names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['cleanup.policy'],
    }));
    const described = await this.#administrator.ask('Describing topics', (admin) =>
      admin.describeConfigs({ resources, includeSynonyms: false }),
    );
    for (const { resourceName, configEntries } of described.resources) {
      const policy = configEntries.find(({ configName }) => configName === 'cleanup.policy');
      this.#policies.set(resourceName, policy?.configValue ?? 'delete');
    }
  }
}

function settings(cleanup: TopicSpec['cleanup'], replication: number) {
  const entries = {
    'cleanup.policy': cleanup,
    'min.insync.replicas': `${Math.min(2, replication)}`,
    'max.message.bytes': `${largestBatch}`,
    // How long records stay is the operator's affair, and never by the brokers' default.
    ...(cleanup === 'delete'
      ? { 'retention.ms': '-1', 'retention.bytes': '-1' }
      : { 'segment.bytes': `${compactedSegment}` }),
  };
  return Object.entries(entries).map(([name, value]) => ({ name, value }));
}

function refuseOther(wanted: TopicSpec, there: Existing): void {
  const { name, partitions, cleanup } = wanted;
  const differs = (what: string) =>
    new LogError(
      'TOPIC_DIFFERS',
      `Topic ${name} exists with ${what}. It was not changed: use another name or shop, or delete it.`,
    );
  if (there.partitions !== partitions) throw differs(`${there.partitions} partitions instead of ${partitions}`);
  if (!there.cleanup.split(',').includes(cleanup))
    throw differs(`cleanup.policy ${there.cleanup} instead of ${cleanup}`);
}
