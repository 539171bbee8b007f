/**
 * The component types of the flow, under the property keys of NiFi 1.18.0 and 2.3.0. Those of UpdateRecord, ValidateRecord,
 * CryptographicHashContent, PutFile, ConnectWebSocket and JettyWebSocketClient are from the releases' sources (tags rel/nifi-1.18.0
 * and rel/nifi-2.3.0); of the others there are flows that ran.
 */
import type { Api, Generation, Place, Processor, Property, Service } from './model.ts';

type Properties = Readonly<Record<string, Property>>;
type Settings = Partial<Pick<Processor, 'retried' | 'every' | 'comments'>> & { readonly ended?: readonly string[] };

const standard = 'org.apache.nifi.processors.standard';
const serialization = 'nifi-record-serialization-services-nar';
const services = 'nifi-standard-services-api-nar';

const readerApi: Api = { type: 'org.apache.nifi.serialization.RecordReaderFactory', artifact: services };
const writerApi: Api = { type: 'org.apache.nifi.serialization.RecordSetWriterFactory', artifact: services };
const registryApi: Api = { type: 'org.apache.nifi.schemaregistry.services.SchemaRegistry', artifact: services };

function processor(
  name: string,
  type: string,
  artifact: string,
  relationships: readonly string[],
  at: Place,
  properties: Properties,
  { ended = [], retried = [], every = '0 sec', comments = '' }: Settings,
): Processor {
  return { name, type, artifact, properties, relationships, ended, retried, every, comments, at };
}

export function listFile(name: string, at: Place, properties: Properties, settings: Settings): Processor {
  return processor(name, `${standard}.ListFile`, 'nifi-standard-nar', ['success'], at, properties, settings);
}

export function fetchFile(name: string, at: Place, properties: Properties, settings: Settings): Processor {
  const relationships = ['success', 'not.found', 'permission.denied', 'failure'];
  return processor(name, `${standard}.FetchFile`, 'nifi-standard-nar', relationships, at, properties, settings);
}

export function putFile(name: string, at: Place, properties: Properties, settings: Settings): Processor {
  return processor(name, `${standard}.PutFile`, 'nifi-standard-nar', ['success', 'failure'], at, properties, settings);
}

/** Gives the attribute `content_SHA-256`, in hex. */
export function sha256(name: string, at: Place, settings: Settings): Processor {
  const properties = { fail_when_empty: 'true', hash_algorithm: 'SHA-256' };
  const relationships = ['success', 'failure'];
  const type = `${standard}.CryptographicHashContent`;
  return processor(name, type, 'nifi-standard-nar', relationships, at, properties, settings);
}

/** @param updates record path → literal value, or record path with `byPath` */
export function updateRecord(
  generation: Generation,
  name: string,
  at: Place,
  record: { readonly reader: string; readonly writer: string; readonly byPath: boolean; readonly updates: Properties },
  settings: Settings,
): Processor {
  const [reader, writer, strategy] =
    generation === 1
      ? ['record-reader', 'record-writer', 'replacement-value-strategy']
      : ['Record Reader', 'Record Writer', 'Replacement Value Strategy'];
  const properties = {
    [reader]: { service: record.reader },
    [writer]: { service: record.writer },
    [strategy]: record.byPath ? 'record-path-value' : 'literal-value',
    ...record.updates,
  };
  const type = `${standard}.UpdateRecord`;
  return processor(name, type, 'nifi-standard-nar', ['success', 'failure'], at, properties, settings);
}

export function validateRecord(
  name: string,
  at: Place,
  record: { readonly reader: string; readonly writer: string; readonly schema?: string },
  settings: Settings,
): Processor {
  const properties = {
    'record-reader': { service: record.reader },
    'record-writer': { service: record.writer },
    'allow-extra-fields': 'true',
    'strict-type-checking': 'false',
    ...(record.schema === undefined
      ? { 'schema-access-strategy': 'reader-schema' }
      : { 'schema-access-strategy': 'schema-text-property', 'schema-text': record.schema }),
  };
  const relationships = ['valid', 'invalid', 'failure'];
  const type = `${standard}.ValidateRecord`;
  return processor(name, type, 'nifi-standard-nar', relationships, at, properties, settings);
}

export function listenHttp(name: string, at: Place, properties: Properties): Processor {
  return processor(name, `${standard}.ListenHTTP`, 'nifi-standard-nar', ['success'], at, properties, {});
}

export function connectWebSocket(generation: Generation, name: string, at: Place, client: string): Processor {
  const properties = {
    'websocket-client-controller-service': { service: client },
    'websocket-client-id': 'ebb',
  };
  const more = generation === 1 ? [] : ['disconnected', 'success', 'failure'];
  const relationships = ['connected', 'text message', 'binary message', ...more];
  const type = 'org.apache.nifi.processors.websocket.ConnectWebSocket';
  const settings = { ended: ['connected', ...more] };
  return processor(name, type, 'nifi-websocket-processors-nar', relationships, at, properties, settings);
}

export interface Publishing {
  readonly kafka: string;
  readonly brokers: string;
  readonly topic: string;
  readonly reader: string;
  readonly writer: string;
  /** Field of a record. */
  readonly key: string;
}

export function publishKafka(
  generation: Generation,
  name: string,
  at: Place,
  { kafka, brokers, topic, reader, writer, key }: Publishing,
  settings: Settings,
): Processor {
  const relationships = ['success', 'failure'];
  // A transaction would have to hold a file, however large, and a retry after a crash would repeat it all the same.
  if (generation === 1) {
    const properties = {
      'bootstrap.servers': brokers,
      'security.protocol': 'PLAINTEXT',
      topic,
      'record-reader': { service: reader },
      'record-writer': { service: writer },
      'message-key-field': key,
      acks: 'all',
      'use-transactions': 'false',
      'Failure Strategy': 'Route to Failure',
    };
    const type = 'org.apache.nifi.processors.kafka.pubsub.PublishKafkaRecord_2_6';
    return processor(name, type, 'nifi-kafka-2-6-nar', relationships, at, properties, settings);
  }
  const properties = {
    'Kafka Connection Service': { service: kafka },
    'Topic Name': topic,
    'Record Reader': { service: reader },
    'Record Writer': { service: writer },
    'Publish Strategy': 'USE_VALUE',
    'Message Key Field': key,
    acks: 'all',
    'Transactions Enabled': 'false',
    'Failure Strategy': 'Route to Failure',
  };
  const type = 'org.apache.nifi.kafka.processors.PublishKafka';
  return processor(name, type, 'nifi-kafka-nar', relationships, at, properties, settings);
}

export function logAttribute(name: string, at: Place): Processor {
  const settings = { ended: ['success'] };
  const properties = { 'Log Level': 'error' };
  return processor(name, `${standard}.LogAttribute`, 'nifi-standard-nar', ['success'], at, properties, settings);
}

export function kafkaConnection(name: string, brokers: string): Service {
  return {
    name,
    type: 'org.apache.nifi.kafka.service.Kafka3ConnectionService',
    artifact: 'nifi-kafka-3-service-nar',
    api: { type: 'org.apache.nifi.kafka.service.api.KafkaConnectionService', artifact: 'nifi-kafka-service-api-nar' },
    properties: { 'bootstrap.servers': brokers, 'security.protocol': 'PLAINTEXT' },
  };
}

export function schemaRegistry(name: string, url: string): Service {
  return {
    name,
    type: 'org.apache.nifi.confluent.schemaregistry.ConfluentSchemaRegistry',
    artifact: 'nifi-confluent-platform-nar',
    api: registryApi,
    properties: { url },
  };
}

/** `0x00` and the schema's id before each record: 2.x only, 1.x writes it by itself. */
export function confluentHeader(name: string): Service {
  return {
    name,
    type: 'org.apache.nifi.confluent.schemaregistry.ConfluentEncodedSchemaReferenceWriter',
    artifact: 'nifi-confluent-platform-nar',
    api: { type: 'org.apache.nifi.schemaregistry.services.SchemaReferenceWriter', artifact: services },
    properties: {},
  };
}

/** Every cell is the text that it is. */
export function csvReader(name: string, properties: Properties): Service {
  return {
    name,
    type: 'org.apache.nifi.csv.CSVReader',
    artifact: serialization,
    api: readerApi,
    properties: {
      'schema-access-strategy': 'csv-header-derived',
      'Skip Header Line': 'true',
      'Escape Character': '',
      'Trim Fields': 'false',
      'Trim double quote': 'false',
      ...properties,
    },
  };
}

/** @param registered where its schema is, or that of what is read */
export function jsonReader(
  name: string,
  registered?: { readonly registry: string; readonly subject: string },
): Service {
  return {
    name,
    type: 'org.apache.nifi.json.JsonTreeReader',
    artifact: serialization,
    api: readerApi,
    properties:
      registered === undefined
        ? { 'schema-access-strategy': 'infer-schema' }
        : {
            'schema-access-strategy': 'schema-name',
            'schema-registry': { service: registered.registry },
            'schema-name': registered.subject,
          },
  };
}

export function jsonWriter(name: string): Service {
  return {
    name,
    type: 'org.apache.nifi.json.JsonRecordSetWriter',
    artifact: serialization,
    api: writerApi,
    properties: { 'Schema Write Strategy': 'no-schema', 'output-grouping': 'output-oneline' },
  };
}

/** Under the latest schema of the subject, framed as Confluent does. */
export function avroWriter(
  generation: Generation,
  name: string,
  { registry, subject, header }: { readonly registry: string; readonly subject: string; readonly header: string },
): Service {
  return {
    name,
    type: 'org.apache.nifi.avro.AvroRecordSetWriter',
    artifact: serialization,
    api: writerApi,
    properties: {
      ...(generation === 1
        ? { 'Schema Write Strategy': 'confluent-encoded' }
        : { 'Schema Write Strategy': 'schema-reference-writer', 'Schema Reference Writer': { service: header } }),
      'schema-access-strategy': 'schema-name',
      'schema-registry': { service: registry },
      'schema-name': subject,
    },
  };
}

export function webSocketClient(name: string, uri: string): Service {
  return {
    name,
    type: 'org.apache.nifi.websocket.jetty.JettyWebSocketClient',
    artifact: 'nifi-websocket-services-jetty-nar',
    api: { type: 'org.apache.nifi.websocket.WebSocketClientService', artifact: 'nifi-websocket-services-api-nar' },
    properties: { 'websocket-uri': uri },
  };
}
