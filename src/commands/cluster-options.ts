/** From the configuration to what the Kafka and registry adapters take. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ConfluentRegistryOptions } from '../avro/confluent-registry.ts';
import { type Config, ConfigError } from '../config.ts';
import type { KafkaLogOptions } from '../log/kafka.ts';
import { tokenFrom } from './oauth-token.ts';

/** @throws ConfigError */
export function kafkaOptions(config: Config, brokers: readonly string[]): KafkaLogOptions {
  const { compression, replication, sessionTimeout, transactionTimeout } = config;
  const tls = tlsOf(config);
  const sasl = saslOf(config);
  return {
    brokers,
    clientId: clientId(),
    compression,
    sessionTimeout,
    transactionTimeout,
    ...(replication === undefined ? {} : { replication }),
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

/** @throws ConfigError */
export function registryOptions(config: Config): ConfluentRegistryOptions {
  const { registry, registryUsername: username, registryPassword: password, registryToken: token } = config;
  if (registry === undefined)
    throw new ConfigError(
      'brokers are given, but no schema registry: give --registry URL or EBB_REGISTRY, such as http://localhost:8081',
    );
  return { url: registry, auth: authOf(username, password, token), tls: tlsOf(config), clientId: clientId() };
}

/** Seen in the brokers' logs and metrics: which program, where. */
function clientId(): string {
  return `ebb-${hostname()}-${process.pid}`;
}

function authOf(username?: string, password?: string, token?: string): ConfluentRegistryOptions['auth'] {
  if (token !== undefined) return { token };
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined)
    throw new ConfigError('registryUsername and registryPassword go together');
  return { username, password };
}

function tlsOf({ tls, tlsCa, tlsCert, tlsKey }: Config): { ca?: string; cert?: string; key?: string } | undefined {
  if (!tls) {
    if (tlsCa !== undefined || tlsCert !== undefined || tlsKey !== undefined)
      throw new ConfigError('certificates are given, but TLS is off: set tls to true, or EBB_TLS=true');
    return undefined;
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw new ConfigError('tlsCert and tlsKey go together');
  return {
    ...(tlsCa === undefined ? {} : { ca: pem('tlsCa', tlsCa) }),
    ...(tlsCert === undefined ? {} : { cert: pem('tlsCert', tlsCert) }),
    ...(tlsKey === undefined ? {} : { key: pem('tlsKey', tlsKey) }),
  };
}

function pem(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${setting}: the file cannot be read: ${why}`, { cause });
  }
}

function saslOf(config: Config): KafkaLogOptions['sasl'] | undefined {
  const { sasl: mechanism, saslUsername: username, saslPassword: password } = config;
  if (mechanism === undefined) {
    if (username !== undefined)
      throw new ConfigError(
        'saslUsername is given, but no mechanism: set sasl to plain, scram-sha-256 or scram-sha-512',
      );
    return undefined;
  }
  if (mechanism === 'oauthbearer') return { mechanism, oauthBearerProvider: tokensOf(config) };
  if (username === undefined || password === undefined)
    throw new ConfigError(`sasl ${mechanism} needs saslUsername and saslPassword`);
  const login = { username, password };
  switch (mechanism) {
    case 'plain':
      return { mechanism, ...login };
    case 'scram-sha-256':
      return { mechanism, ...login };
    case 'scram-sha-512':
      return { mechanism, ...login };
  }
}

function tokensOf(config: Config): () => Promise<{ value: string }> {
  const { saslToken, saslTokenUrl, saslClientId, saslClientSecret, saslScope } = config;
  if (saslToken !== undefined) return async () => ({ value: saslToken });
  if (saslTokenUrl === undefined || saslClientId === undefined || saslClientSecret === undefined)
    throw new ConfigError('sasl oauthbearer needs saslToken, or saslTokenUrl with saslClientId and saslClientSecret');
  return tokenFrom({ url: saslTokenUrl, clientId: saslClientId, clientSecret: saslClientSecret, scope: saslScope });
}
