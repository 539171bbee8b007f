import { expect, it } from 'vitest';
import { analytics } from '../../topologies/all.ts';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { named } from './shop-topologies.ts';
import { readVersions, standingVersions, versionInForce, writeVersion } from './versions.ts';

const sessions = named({ all: analytics, shop: 'demo' }, 'sessions');

it('has everybody read the version of a topology that was promoted last', async () => {
  await using log = await openEmbeddedLog({ path: ':memory:' });
  await using registry = memoryRegistry();
  expect(await readVersions(log, registry, 'demo')).toEqual({ promoted: new Map(), topics: new Map() });
  await writeVersion(log, registry, 'demo', { ...sessions, version: 'v2' });
  await writeVersion(log, registry, 'demo', { ...sessions, version: 'v3' });
  expect(await readVersions(log, registry, 'demo')).toEqual({
    promoted: new Map([['sessions', 'v3']]),
    topics: new Map([['sessions', 'v3']]),
  });
  expect((await readVersions(log, registry, 'other')).promoted.size).toBe(0);
});

it('takes v1 for promoted where it has run, and else what the code says', () => {
  const none = { promoted: new Map(), topics: new Map() };
  const code = { ...sessions, version: 'v2' };
  expect(versionInForce(none, new Set(['demo.sessions.state']), 'demo', code)).toBe('v1');
  expect(versionInForce(none, new Set(['demo.sessions.v2.state']), 'demo', code)).toBe('v2');
  expect(versionInForce({ ...none, promoted: new Map([['sessions', 'v3']]) }, new Set(), 'demo', code)).toBe('v3');
});

it('tells the versions of a topology by their state', () => {
  const names = ['s.a.v10.state', 's.a.state', 's.a.v2.state', 's.ab.state', 's.a.v3.dead', 't.a.v4.state'];
  expect(standingVersions(names, 's', 'a')).toEqual(['v1', 'v2', 'v10']);
});
