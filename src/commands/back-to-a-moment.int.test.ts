import { vi } from 'vitest';
import { computedShops } from './computed-shops.testing.ts';
import { testFolder } from './data-folder.testing.ts';
import { topologyResets } from './reset-topology.testing.ts';
import { versionsBeside } from './versions-beside.testing.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;

const shops = computedShops(testFolder(), 2_000, {
  shop: `moment-${process.pid}`,
  // What was killed counts as a member until then.
  settings: { EBB_BROKERS, EBB_REGISTRY, EBB_SESSION_TIMEOUT: '2000' },
});
topologyResets(shops);
versionsBeside(shops);
