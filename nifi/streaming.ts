import { connectWebSocket, listenHttp, publishKafka, putFile, validateRecord } from './components.ts';
import type { Generation, Processor } from './model.ts';
import type { Lookup } from './parameters.ts';

/** Events that are posted, and those of the generator, into `synthetic.transactions`. */
export function streaming(generation: Generation, parameter: Lookup): readonly Processor[] {
  return [
    listenHttp(
      'Receive events',
      { x: 1000, y: 0 },
      { 'Base Path': 'events', 'Listening Port': parameter('http.port') },
    ),
    connectWebSocket(generation, 'Connect to generator', { x: 1450, y: 0 }, 'Generator'),
    validateRecord('Validate events', { x: 1000, y: 300 }, { reader: 'JSON events', writer: 'JSON out' }, {}),
    publishKafka(
      generation,
      'Publish events',
      { x: 1000, y: 700 },
      {
        ...{ kafka: 'Kafka', brokers: parameter('kafka.brokers'), topic: parameter('stream.topic') },
        ...{ reader: 'JSON rows', writer: 'Avro events', key: 'customerId' },
      },
      { ended: ['success'], retried: ['failure'] },
    ),
    putFile(
      'Keep refused events',
      { x: 1450, y: 700 },
      { Directory: parameter('stream.failed.dir'), 'Conflict Resolution Strategy': 'replace' },
      { retried: ['failure'] },
    ),
  ];
}
