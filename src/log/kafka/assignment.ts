import codec from 'kafkajs/src/consumer/assignerProtocol.js';
import { share } from '../share.ts';

/** The name under which members agree on how partitions are shared: all members of a group must speak it. */
export const PROTOCOL = 'ebb';

/** What a member says when it joins: what it still has from an earlier generation, so that as little as possible moves. */
export interface Claim {
  readonly generation: number;
  readonly partitions: readonly number[];
}

export interface Member {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

export function subscription(topics: readonly string[], claim: Claim): Buffer {
  return codec.MemberMetadata.encode({ version: 0, topics, userData: Buffer.from(JSON.stringify(claim)) });
}

/** The same partition numbers of all topics to one member; whoever has a partition keeps it if that is fair. */
export function assign(members: readonly Member[], topics: readonly string[], partitions: number) {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const owners = ownersOf(sorted, partitions);
  const shared = share(
    owners,
    sorted.map((_, index) => index),
  );
  return sorted.map(({ memberId }, index) => {
    const ours = shared.flatMap((owner, partition) => (owner === index ? [partition] : []));
    const assignment = Object.fromEntries(topics.map((topic) => [topic, ours]));
    return { memberId, memberAssignment: codec.MemberAssignment.encode({ version: 0, assignment }) };
  });
}

/** The partition numbers in an assignment. */
export function assignedIn(assignment: Buffer): readonly number[] {
  if (assignment.length === 0) return [];
  const byTopic = codec.MemberAssignment.decode(assignment)?.assignment ?? {};
  return Object.values(byTopic)[0] ?? [];
}

/** By partition, the member that has it: of several claims the one of the latest generation. */
function ownersOf(members: readonly Member[], partitions: number): readonly (number | undefined)[] {
  const latest = Array.from({ length: partitions }, () => -1);
  const owners: (number | undefined)[] = Array.from({ length: partitions }, () => undefined);
  for (const [index, { memberMetadata }] of members.entries()) {
    const claim = claimIn(codec.MemberMetadata.decode(memberMetadata).userData);
    for (const partition of claim.partitions) {
      if (partition >= partitions || claim.generation <= (latest[partition] ?? 0)) continue;
      owners[partition] = index;
      latest[partition] = claim.generation;
    }
  }
  return owners;
}

function claimIn(userData: Buffer): Claim {
  try {
    return JSON.parse(userData.toString());
  } catch {
    // Whatever it is, it claims nothing.
    return { generation: -1, partitions: [] };
  }
}
