/** What users of the library import: `import { topology } from '@ebb/streams'`. The test driver is `@ebb/streams/testing`. */

export { type Event, eventSchema, type Kind } from '../schemas/generated.ts';
export { topics } from '../schemas/topics.ts';

export { type EmbeddedRegistryOptions, openEmbeddedRegistry } from './avro/embedded-registry.ts';
export { AvroError } from './avro/error.ts';
export { memoryRegistry } from './avro/memory-registry.ts';
export type { Registry } from './avro/registry.ts';
export { openSerde, type Serde } from './avro/serde.ts';

export { type CombineOptions, combine } from './engine/combine.ts';
export { deduplicate } from './engine/deduplicate.ts';
export type { RunnerEvent } from './engine/events.ts';
export { expand } from './engine/expand.ts';
export { joinStreams, joinTable, type StreamJoinOptions, type TableJoinOptions } from './engine/joins.ts';
export { type Broadcast, type Keep, type LateDetails, type Rejection, reject } from './engine/keep.ts';
export { type Message, mapValues, type Origin, withValue } from './engine/message.ts';
export { type ItemOptions, type OrderedOptions, ordered, type Timed } from './engine/ordered.ts';
export { type Running, type RunOptions, runTopologies } from './engine/runner.ts';
export type { SchemaJson } from './engine/schema-names.ts';
export { type SessionOptions, sessionWindow } from './engine/sessions.ts';
export { type SlidingOptions, slidingWindow } from './engine/sliding.ts';
export type { TaskStatus, TopologyStatus } from './engine/status.ts';
export type { StatefulOptions, Step } from './engine/store.ts';
export { physicalName, type RecordSchema, type Topic, type TopicOptions, topic } from './engine/topic.ts';
export {
  type Input,
  type Table,
  type Topology,
  TopologyError,
  type TopologyErrorCode,
  type TopologyOptions,
  table,
  topology,
} from './engine/topology.ts';
export {
  type Aggregate,
  type Emission,
  type HoppingOptions,
  hoppingWindow,
  type TumblingOptions,
  tumblingWindow,
  type WindowResult,
} from './engine/windows.ts';

export { type EmbeddedLog, type EmbeddedLogOptions, openEmbeddedLog } from './log/embedded.ts';
export {
  type Append,
  type Appends,
  type Batch,
  type Log,
  LogError,
  type LogErrorCode,
  type LogRecord,
  type NewRecord,
  type TopicInfo,
  type TopicSpec,
} from './log/log.ts';
export { partitionOf } from './log/partition.ts';
