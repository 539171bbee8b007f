/**
 * Shares partitions among members: as even as possible, moving as little as possible. Whoever has most keeps most.
 * `owners[p]` is who has partition p now (`undefined`: nobody); the result says who shall have it.
 */
export function share(
  owners: readonly (number | undefined)[],
  members: readonly number[],
): readonly (number | undefined)[] {
  const held = new Map(members.map((member) => [member, 0]));
  for (const owner of owners) {
    const count = owner === undefined ? undefined : held.get(owner);
    if (owner !== undefined && count !== undefined) held.set(owner, count + 1);
  }
  const least = Math.floor(owners.length / members.length);
  const withOneMore = owners.length % members.length;
  const byCount = [...held].sort(([a, most], [b, more]) => more - most || a - b);
  const room = new Map(byCount.map(([member], rank) => [member, rank < withOneMore ? least + 1 : least]));
  const take = (member: number | undefined): number | undefined => {
    const left = member === undefined ? undefined : room.get(member);
    if (member === undefined || left === undefined || left === 0) return undefined;
    room.set(member, left - 1);
    return member;
  };
  const kept = owners.map(take);
  return kept.map((owner) => owner ?? take(members.find((member) => (room.get(member) ?? 0) > 0)));
}
