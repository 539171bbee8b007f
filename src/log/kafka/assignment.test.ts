import { expect, test } from 'vitest';
import { assign, assignedIn, type Claim, subscription } from './assignment.ts';

const topics = ['a', 'b'];

function members(claims: Readonly<Record<string, Claim>>) {
  return Object.entries(claims).map(([memberId, claim]) => ({ memberId, memberMetadata: subscription(topics, claim) }));
}

function shares(
  claims: Readonly<Record<string, Claim>>,
  partitions: number,
): Readonly<Record<string, readonly number[]>> {
  const assigned = assign(members(claims), topics, partitions);
  return Object.fromEntries(assigned.map(({ memberId, memberAssignment }) => [memberId, assignedIn(memberAssignment)]));
}

const nothing: Claim = { generation: -1, partitions: [] };

test('new members share evenly', () => {
  const { x = [], y = [] } = shares({ x: nothing, y: nothing }, 4);
  expect([...x, ...y].sort()).toEqual([0, 1, 2, 3]);
  expect(x).toHaveLength(2);
});

test('whoever has partitions keeps what is fair, and only the rest moves', () => {
  const { x, y } = shares({ x: { generation: 3, partitions: [0, 1, 2, 3] }, y: nothing }, 4);
  expect(x).toEqual([0, 1]);
  expect(y).toEqual([2, 3]);
});

test('what a member had that is gone goes to the others; they keep theirs', () => {
  expect(shares({ y: { generation: 4, partitions: [2, 3] } }, 4)).toEqual({ y: [2, 3, 0, 1].sort() });
});

test('of two claims to a partition the later one counts', () => {
  const { x, y } = shares({ x: { generation: 2, partitions: [0, 1] }, y: { generation: 5, partitions: [0] } }, 2);
  expect(y).toEqual([0]);
  expect(x).toEqual([1]);
});

test('a member of another program claims nothing', () => {
  const foreign = {
    memberId: 'f',
    memberMetadata: Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0]), Buffer.from([0, 0, 0, 2]), Buffer.from('??')]),
  };
  const assigned = assign([foreign, ...members({ x: { generation: 1, partitions: [1] } })], topics, 2);
  expect(assigned.map(({ memberAssignment }) => assignedIn(memberAssignment))).toEqual([[0], [1]]);
});

test('more members than partitions leave some without any', () => {
  const all = shares({ x: nothing, y: nothing, z: nothing }, 2);
  expect(
    Object.values(all)
      .map(({ length }) => length)
      .sort(),
  ).toEqual([0, 1, 1]);
});
