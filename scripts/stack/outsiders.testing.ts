/** For tests: consumers that have nothing to do with Ebb. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cached } from './cache.ts';
import { fetchJars } from './maven.ts';
import { pythonWith } from './python.ts';
import { silent } from './say.ts';
import { findJava } from './tools.ts';

const run = promisify(execFile);
const output = { maxBuffer: 64 << 20, timeout: 120_000 };

/** No console tools are published of Kafka 4.4.0. */
const TOOLS = '4.3.1';
const CONFLUENT_KAFKA = '2.16.1';

/** The lines that Java's console consumer prints of a topic's committed records: key, tab, value with what is not ASCII as `\xNN`. */
export async function readByJava(brokers: string, topic: string): Promise<readonly string[]> {
  const java = await findJava(silent);
  const jars = await cached(`kafka-tools-${TOOLS}`, (folder) =>
    fetchJars(
      [`org.apache.kafka:kafka-tools:${TOOLS}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5'],
      folder,
      silent,
    ),
  );
  const consumer = ['-cp', `${jars}/*`, 'org.apache.kafka.tools.consumer.ConsoleConsumer'];
  const what = ['--bootstrap-server', brokers, '--topic', topic, '--from-beginning', '--timeout-ms', '20000'];
  const form = ['print.key=true', 'value.deserializer=org.apache.kafka.common.serialization.BytesDeserializer'];
  const formatter = form.flatMap((property) => ['--formatter-property', property]);
  const { stdout } = await run(
    java.program,
    [...consumer, ...what, '--isolation-level', 'read_committed', ...formatter],
    output,
  );
  // How it ends is printed between them.
  return stdout.split('\n').filter((line) => line.includes('\t'));
}

const program = `
import json, sys
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry, topic = sys.argv[1:]
decode = AvroDeserializer(SchemaRegistryClient({'url': registry}))
where = SerializationContext(topic, MessageField.VALUE)
consumer = Consumer({
    'bootstrap.servers': brokers, 'group.id': 'outsider-' + topic, 'auto.offset.reset': 'earliest',
    'isolation.level': 'read_committed', 'enable.partition.eof': True,
})
left = None
def assigned(consumer, partitions):
    global left
    left = {one.partition for one in partitions}
consumer.subscribe([topic], on_assign=assigned)
while left is None or left:
    message = consumer.poll(10)
    if message is None:
        continue
    if message.error() is None:
        print(json.dumps({'key': message.key().decode(), 'value': decode(message.value(), where)}, default=str))
    elif message.error().name() == '_PARTITION_EOF':
        left.discard(message.partition())
    else:
        raise SystemExit(str(message.error()))
consumer.close()
`;

export interface PythonRecord {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What Confluent's consumer for Python (librdkafka) reads of a topic, decoded by its own Avro with the registry's schemas. */
export async function readByPython(brokers: string, registry: string, topic: string): Promise<readonly PythonRecord[]> {
  const wanted = [`confluent-kafka[avro,schemaregistry]==${CONFLUENT_KAFKA}`];
  const python = await pythonWith(`confluent-kafka-${CONFLUENT_KAFKA}`, wanted, silent);
  const { stdout } = await run(python, ['-c', program, brokers, registry, topic], output);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
