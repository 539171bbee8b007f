import { LogError } from '../log.ts';
import type { FetchOf } from './fetch.ts';

/** The broker's error name (`NOT_LEADER_FOR_PARTITION`), or how the connection failed; `undefined` for what is not Kafka's. */
export function kindOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  // kafkajs wraps what it gave up on.
  if (error.cause instanceof Error && error.cause !== error) {
    const inner = kindOf(error.cause);
    if (inner !== undefined) return inner;
  }
  // How kafkajs says that a broker took the connection and has not said yet what it can do.
  if (error.message === 'Broker not connected') return 'KafkaJSConnectionError';
  return error.name.startsWith('KafkaJS') ? error.name : undefined;
}

/** The producer's epoch was raised by another, or by the broker when the transaction took too long; it is of no more use. */
const fenced = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
]);

export function isFenced(error: unknown): boolean {
  return fenced.has(kindOf(error) ?? '');
}

const refused: Readonly<Record<string, string>> = {
  KafkaJSSASLAuthenticationError: 'the broker refuses these credentials',
  SASL_AUTHENTICATION_FAILED: 'the broker refuses these credentials',
  UNSUPPORTED_SASL_MECHANISM: 'the broker does not offer this SASL mechanism',
  TOPIC_AUTHORIZATION_FAILED: 'these credentials may not do this with the topic',
  GROUP_AUTHORIZATION_FAILED: 'these credentials may not use the group',
  CLUSTER_AUTHORIZATION_FAILED: 'these credentials may not do this in the cluster',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'these credentials may not write in transactions',
  INVALID_REPLICATION_FACTOR: 'there are fewer brokers than the replication asks for',
  POLICY_VIOLATION: 'a policy of the cluster forbids it',
  INVALID_TOPIC_EXCEPTION: 'Kafka does not allow this name for a topic',
  UNSUPPORTED_VERSION: 'the broker is too old, or too new for this client',
};

/** Codes of Node and OpenSSL: nobody has changed a certificate by the next try. */
const untrusted = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/;

function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && untrusted.test(error.code)) return true;
  return error.cause !== error && isUntrusted(error.cause);
}

const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Any error of kafkajs or the broker as the port's. Unknown ones are defects and go through as they are. */
export function asLogError(error: unknown, doing: string): unknown {
  if (error instanceof LogError) return error;
  const kind = kindOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (kind === undefined) return error;
  const meaning = isUntrusted(error) ? 'the TLS handshake with the broker failed' : refused[kind];
  if (meaning !== undefined) return new LogError('REFUSED', `${doing}: ${meaning} (${said}).`, { cause: error });
  if (isFenced(error)) return new LogError('FENCED', `${doing}: another owner took over (${said}).`, { cause: error });
  if (tooLarge.has(kind))
    return new LogError('TOO_LARGE', `${doing}: the broker takes no batch that large (${said}).`, { cause: error });
  if (kind === 'UNKNOWN_TOPIC_OR_PARTITION')
    return new LogError('UNKNOWN_TOPIC', `${doing}: ${said}.`, { cause: error });
  return new LogError('UNAVAILABLE', `${doing}: ${said}.`, { cause: error });
}

/** An offset that is not there to be read. */
export function gone({ topic, partition, offset }: FetchOf, start: number, end: number): LogError {
  const what =
    offset < start
      ? `offsets ${offset} to ${start - 1} were deleted by retention before they were read`
      : `offset ${offset} is behind the end, ${end}: the topic was made anew, or lost records`;
  return new LogError(
    'CORRUPT',
    `Partition ${partition} of topic ${topic}: ${what}. \`ebb reset\` computes anew from what is there.`,
  );
}

export function damaged({ topic, partition }: Pick<FetchOf, 'topic' | 'partition'>, cause: Error): LogError {
  const where = `topic ${topic}, partition ${partition}, ${cause.message}`;
  return new LogError('CORRUPT', `The log is damaged at ${where}. Other partitions can be read.`, { cause });
}

export function closed(): LogError {
  return new LogError('CLOSED', 'The log has been closed.');
}
