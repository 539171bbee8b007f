import type { Descriptor } from '../datasets/descriptor.ts';
import { topics } from '../schemas/topics.ts';
import { physicalName } from '../src/engine/topic.ts';
import type { Parameter } from './model.ts';

export interface FlowOptions {
  /** Of the files. */
  readonly descriptor: Descriptor;
  /** Where the files go. Default: the dataset's name. */
  readonly shop?: string;
  /** Where live events go. */
  readonly streamShop?: string;
  /** Values of parameters, by name, instead of what the flow is delivered with. */
  readonly values?: ReadonlyMap<string, string>;
}

/** The parameters, with the values of docker-compose.yml. */
export function parametersOf({
  descriptor,
  shop = descriptor.name,
  streamShop = 'demo',
  values,
}: FlowOptions): readonly Parameter[] {
  const rows = physicalName(shop, `raw.${descriptor.name}`);
  const events = physicalName(streamShop, topics.syntheticTransactions.name);
  const all: readonly (readonly [name: string, value: string, description: string])[] = [
    ['kafka.brokers', 'kafka-1:19092', 'Kafka brokers: host:port, …'],
    ['schema.registry.url', 'http://registry:8080/apis/ccompat/v7', 'Schema registry, as Confluent speaks'],
    ['batch.input.dir', '/data/in', 'Files are taken from here: write them elsewhere, or under a dot name, and rename'],
    ['batch.work.dir', '/data/work', 'Files in hand'],
    ['batch.done.dir', '/data/done', 'Files all of whose rows are on the log'],
    [
      'batch.failed.dir',
      '/data/failed',
      'Files that could not be read or published; move one back to have it tried again',
    ],
    ['batch.topic', rows, 'Made by `ebb topics create --dataset`'],
    ['batch.subject', `${rows}-value`, 'Its schema in the registry'],
    ['http.port', '8081', 'POST events to http://host:port/events'],
    ['websocket.url', 'ws://host.docker.internal:7070/api/generator', 'Where generated events come from'],
    ['stream.topic', events, 'Made by `ebb topics create`'],
    ['stream.subject', `${events}-value`, 'Its schema in the registry'],
    ['stream.failed.dir', '/data/refused', 'Events that do not fit the schema, or could not be published'],
  ];
  return all.map(([name, value, description]) => ({ name, value: values?.get(name) ?? value, description }));
}

/** What stands for a parameter in a property: its name in 2.x, its value in 1.x. */
export type Lookup = (parameter: string) => string;
