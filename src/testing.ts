/** What tests of topologies import: `import { testTopology } from '@ebb/streams/testing'`. */

export { event } from '../topologies/event.testing.ts';
export { type TestDriver, type TestOptions, testTopology } from './engine/testing.ts';
export type { Chaos } from './engine/testing-unit.ts';
