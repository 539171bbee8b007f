/** The flow that brings files and live events from NiFi onto the log: one design, for NiFi 1.x and 2.x. README.md has its picture. */
import type { Descriptor } from '../datasets/descriptor.ts';
import { batch } from './batch.ts';
import {
  avroWriter,
  confluentHeader,
  csvReader,
  jsonReader,
  jsonWriter,
  kafkaConnection,
  logAttribute,
  schemaRegistry,
  webSocketClient,
} from './components.ts';
import type { Connection, Flow, Generation, Service } from './model.ts';
import { type FlowOptions, type Lookup, parametersOf } from './parameters.ts';
import { streaming } from './streaming.ts';

export function flow(generation: Generation, options: FlowOptions): Flow {
  const { descriptor } = options;
  const parameters = parametersOf(options);
  const literal = new Map(parameters.map(({ name, value }) => [name, value]));
  const parameter = (name: string): string => {
    const value = literal.get(name);
    if (value === undefined) throw new RangeError(`the flow has no parameter ${name}`);
    return generation === 1 ? value : `#{${name}}`;
  };
  return {
    generation,
    name: `Ebb: ${descriptor.name}`,
    comments: `Files of ${descriptor.title}, and live events, onto the log. Made by nifi/flow.ts.`,
    parameters: generation === 1 ? [] : parameters,
    services: servicesOf(generation, descriptor, parameter),
    processors: [
      ...batch(generation, descriptor, parameter),
      ...streaming(generation, parameter),
      logAttribute('Log failures', { x: 600, y: 1400 }),
    ],
    connections: connections(),
  };
}

function servicesOf(generation: Generation, descriptor: Descriptor, parameter: Lookup): readonly Service[] {
  const { format } = descriptor;
  const csv = format.kind === 'csv' ? format : undefined;
  const delimiter = csv === undefined || csv.delimiter === 'auto' ? ',' : csv.delimiter;
  const latin = csv?.encoding === 'latin1' ? { 'csvutils-character-set': 'windows-1252' } : {};
  const avro = (name: string, subject: string): Service =>
    avroWriter(generation, name, {
      registry: 'Schema registry',
      subject: parameter(subject),
      header: 'Confluent header',
    });
  const only2 = [kafkaConnection('Kafka', parameter('kafka.brokers')), confluentHeader('Confluent header')];
  return [
    ...(generation === 2 ? only2 : []),
    schemaRegistry('Schema registry', parameter('schema.registry.url')),
    csvReader('CSV files', { 'Value Separator': delimiter, ...latin }),
    jsonReader('JSON rows'),
    jsonReader('JSON events', { registry: 'Schema registry', subject: parameter('stream.subject') }),
    jsonWriter('JSON out'),
    avro('Avro rows', 'batch.subject'),
    avro('Avro events', 'stream.subject'),
    webSocketClient('Generator', parameter('websocket.url')),
  ];
}

function connections(): readonly Connection[] {
  const connect = (from: string, relationships: readonly string[], to: string, most = 10_000): Connection => ({
    from,
    relationships,
    to,
    most,
  });
  return [
    // While one waits, nothing is listed: what is there would be listed again.
    connect('List files', ['success'], 'Take file', 1),
    connect('Take file', ['success'], 'Fingerprint', 10),
    connect('Take file', ['permission.denied', 'failure'], 'Log failures'),
    connect('Fingerprint', ['success'], 'Number rows', 10),
    connect('Number rows', ['success'], 'Name fields', 10),
    connect('Name fields', ['success'], 'Validate rows', 10),
    connect('Validate rows', ['valid'], 'Publish rows', 10),
    connect('Publish rows', ['success'], 'Move to done'),
    connect('Fingerprint', ['failure'], 'Move to failed'),
    connect('Number rows', ['failure'], 'Move to failed'),
    connect('Name fields', ['failure'], 'Move to failed'),
    connect('Validate rows', ['invalid', 'failure'], 'Move to failed'),
    connect('Publish rows', ['failure'], 'Move to failed'),
    connect('Move to done', ['permission.denied', 'failure'], 'Log failures'),
    connect('Move to failed', ['success', 'permission.denied', 'failure'], 'Log failures'),
    connect('Receive events', ['success'], 'Validate events'),
    connect('Connect to generator', ['text message'], 'Validate events'),
    connect('Connect to generator', ['binary message'], 'Keep refused events'),
    connect('Validate events', ['valid'], 'Publish events'),
    connect('Validate events', ['invalid', 'failure'], 'Keep refused events'),
    connect('Publish events', ['failure'], 'Keep refused events'),
    connect('Keep refused events', ['success', 'failure'], 'Log failures'),
  ];
}
