import { LogError, type Member, type Positions } from '../log.ts';
import type { Administrator } from './administrator.ts';
import { assignedIn } from './assignment.ts';
import type { Connection } from './connection.ts';
import { kindOf } from './failure.ts';
import { committedOffsets } from './offsets.ts';
import { patiently } from './patience.ts';

/** ms that reading positions or members may take before it is an error. */
const patience = 20_000;

type ByPartition = readonly (number | undefined)[];

/** Consumer groups, seen from outside: where they have got to, and who is in them. */
export class Groups {
  readonly #connection: Connection;
  readonly #administrator: Administrator;

  constructor(connection: Connection, administrator: Administrator) {
    this.#connection = connection;
    this.#administrator = administrator;
  }

  /** Group → topic → by partition; of every group when none are named. */
  async positions(groups?: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, ByPartition>>> {
    const found = await Promise.all(
      (groups ?? (await this.#names())).map(async (group) => [group, await this.#all(group)] as const),
    );
    return new Map(found.filter(([, topics]) => topics.size > 0));
  }

  /** Of one partition number of these topics, none of them about to change. */
  async positionsOf(group: string, topics: readonly string[], partition: number): Promise<Positions> {
    const committed = await this.#ask(`Reading the positions of ${group}`, async () =>
      committedOffsets(await this.#connection.coordinator(0, group), group, { topics, partition }),
    );
    return Object.fromEntries(committed.map(({ topic, offset }) => [topic, offset]));
  }

  async members(): Promise<ReadonlyMap<string, readonly Member[]>> {
    const names = await this.#names();
    const described = await Promise.all(
      names.map((name) => this.#administrator.ask(`Describing group ${name}`, (admin) => admin.describeGroups([name]))),
    );
    const found = described.flatMap(({ groups }) =>
      groups.map(({ groupId, members }) => [groupId, members.map(memberOf)] as const),
    );
    return new Map(found.filter(([, members]) => members.length > 0));
  }

  /** @throws LogError UNAVAILABLE when a group has members; the others are forgotten then */
  async forget(groups: readonly string[]): Promise<void> {
    const [kept] = await this.#ask('Forgetting groups', () => this.#forgetAll(groups));
    if (kept === undefined) return;
    const why = `Group ${kept} has members that are running. Its positions were kept: stop them first.`;
    throw new LogError('UNAVAILABLE', why);
  }

  /** One request to each coordinator. Gives the groups that were kept as they have members. */
  async #forgetAll(groups: readonly string[]): Promise<readonly string[]> {
    const found = groups.map(async (group) => ({ group, broker: await this.#connection.coordinator(0, group) }));
    const byNode = Map.groupBy(await Promise.all(found), ({ broker }) => broker.nodeId);
    const asked = Array.from(byNode.values(), (ours) => ours[0]?.broker.deleteGroups(ours.map(({ group }) => group)));
    const results = (await Promise.all(asked)).flatMap((answer) => answer?.results ?? []);
    return results.flatMap(({ groupId, error }) => {
      const why = error === undefined ? 'GROUP_ID_NOT_FOUND' : kindOf(error);
      if (why === 'GROUP_ID_NOT_FOUND') return [];
      if (why === 'NON_EMPTY_GROUP') return [groupId];
      throw error;
    });
  }

  async #names(): Promise<readonly string[]> {
    const nodes = await this.#ask('Listing groups', () => this.#connection.nodes());
    const lists = nodes.map((node) =>
      this.#ask('Listing groups', async () => (await (await this.#connection.broker(node)).listGroups()).groups),
    );
    // Groups that only have positions have no type.
    const ours = (await Promise.all(lists)).flat().filter(({ protocolType }) => /^(consumer)?$/.test(protocolType));
    return [...new Set(ours.map(({ groupId }) => groupId))];
  }

  async #all(group: string): Promise<Map<string, ByPartition>> {
    const committed = await this.#ask(`Reading the positions of ${group}`, async () =>
      committedOffsets(await this.#connection.coordinator(0, group), group),
    );
    const positions = new Map<string, ByPartition>();
    for (const [topic, parts] of Map.groupBy(committed, (one) => one.topic)) {
      // Of a topic that was deleted they are forgotten a while later.
      const count = await this.#connection.partitions(topic).catch(() => 0);
      const byPartition: (number | undefined)[] = Array.from({ length: count }, () => undefined);
      for (const { partition, offset } of parts) if (partition < count) byPartition[partition] = offset;
      if (count > 0) positions.set(topic, byPartition);
    }
    return positions;
  }

  #ask<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return patiently(doing, work, { ...this.#connection.patient, patience });
  }
}

interface Described {
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberAssignment: Buffer;
}

function memberOf({ clientId, clientHost, memberAssignment }: Described): Member {
  const partitions = [...assignedIn(memberAssignment)].sort((a, b) => a - b);
  return { name: `${clientId} on ${clientHost.replace(/^\//, '')}`, partitions };
}
