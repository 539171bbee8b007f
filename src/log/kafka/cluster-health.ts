import { Administrator } from './administrator.ts';
import type { Brokers } from './connection.ts';

/** A cluster as its controller sees it. */
export interface ClusterHealth {
  /** `host:port` as they advertise themselves. */
  readonly brokers: readonly string[];
  readonly partitions: number;
  /** `topic/partition` without a leader: nobody can read or write them. */
  readonly leaderless: readonly string[];
  /** `topic/partition` of which fewer replicas are in sync than there are. */
  readonly underReplicated: readonly string[];
}

/** ms: somebody sits and waits for the answer. */
const patience = 10_000;

/** Looks at the brokers and at every partition. @throws LogError UNAVAILABLE, REFUSED */
export async function clusterHealth(brokers: Brokers): Promise<ClusterHealth> {
  await using administrator = new Administrator(brokers, { patience });
  const cluster = await administrator.ask('Describing the cluster', (admin) => admin.describeCluster());
  const { topics } = await administrator.ask('Describing topics', (admin) => admin.fetchTopicMetadata());
  const partitions = topics.flatMap(({ name, partitions: parts }) =>
    parts.map((part) => ({ name: `${name}/${part.partitionId}`, ...part })),
  );
  return {
    brokers: cluster.brokers.map(({ host, port }) => `${host}:${port}`),
    partitions: partitions.length,
    leaderless: partitions.filter(({ leader }) => leader < 0).map(({ name }) => name),
    underReplicated: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).map(({ name }) => name),
  };
}
