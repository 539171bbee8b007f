import { readFileSync } from 'node:fs';
import { z } from 'zod';

const shopName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'a shop is named by small letters, digits, _ and -' });

const number = z.coerce.number({
  error: ({ code }) => (code === 'invalid_type' ? 'a number is needed' : undefined),
});

const list = z.union([z.string().transform((text) => text.split(',').map((one) => one.trim())), z.array(z.string())]);
const brokerList = list.pipe(
  z
    .array(z.string().regex(/^[^\s:]+:\d+$/, { error: 'a broker is host:port; several are separated by commas' }))
    .min(1),
);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const httpAddress = z
  .string()
  .regex(/^https?:\/\/[^\s/]+/, { error: 'it is an address that begins with http:// or https://' });
const ms = number.int().min(100).max(3_600_000);

/** What opens doors: it is never printed. */
const secrets = new Set([
  ...['dashboardToken', 'nifiPassword'],
  ...['saslPassword', 'saslToken', 'saslClientSecret', 'registryPassword', 'registryToken'],
  ...['mariadbPassword', 'minioAccessKey', 'minioSecretKey', 'minioSessionToken'],
]);

const configSchema = z.strictObject({
  /** Directory of the log, the tables and the files. */
  data: z.string().min(1).default('.ebb'),
  /** Namespace of everything that is read and written; a command has its own default. */
  shop: shopName.optional(),
  /** A module that exports topologies of one's own, which run beside the shop's. */
  topologies: z.string().min(1).optional(),
  /** Of topics that do not exist yet. */
  partitions: number.int().min(1).max(1024).default(4),
  /** ms between commits while data flow. */
  commitInterval: number.int().min(1).max(60_000).default(100),
  /** Seconds after which an outsider's idle partition gets a tick from its siblings; 0: never. */
  idle: number.min(0).default(30),
  /** Whether models are trained when a quarter of event time ends. */
  training: flag.default(true),
  /** Where metrics are served: `[host:]port`. Absent: nowhere. */
  metrics: z
    .union([z.string(), z.number().transform(String)])
    .pipe(z.string().regex(/^((\[[0-9a-fA-F:.]+\]|[^\s:]+):)?\d{1,5}$/, { error: 'it is a port, or host:port' }))
    .optional(),
  /** Where the dashboard and the API are served; port 0: any that is free. */
  host: z.string().min(1).default('127.0.0.1'),
  port: number.int().min(0).max(65_535).default(7070),
  /** Other names by which browsers may ask for it, such as that of a proxy. */
  hosts: list.default([]),
  /** Who has it may ask; made when it is missing, where others than this machine can reach the port. */
  dashboardToken: z.string().min(16, { error: 'it has 16 characters or more' }).max(1024).optional(),
  /** How log lines are written; by default `pretty` on a terminal and `json` elsewhere. */
  logFormat: z.enum(['json', 'pretty']).optional(),
  /** Log lines below it are left out; by default `warn` on a terminal and `info` elsewhere. */
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  /** Kafka's brokers, `host:port,host:port`. Without them the log is a file in `data`. */
  brokers: brokerList.optional(),
  /** Address of the schema registry's API, which goes with the brokers. */
  registry: z.string().min(1).optional(),
  /** Of what is written to Kafka. */
  compression: z.enum(['zstd', 'gzip', 'none']).default('zstd'),
  /** Of topics that are made on Kafka; by default 3, or as many as there are brokers. */
  replication: number.int().min(1).max(10).optional(),
  /** ms of silence after which others take a process's partitions over on Kafka. */
  sessionTimeout: ms.default(10_000),
  /** ms after which brokers abort a transaction that nobody ends. */
  transactionTimeout: ms.default(15_000),
  /** Whether brokers and registry are reached over TLS; the files are PEM. */
  tls: flag.default(false),
  tlsCa: z.string().optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  /** How the brokers are told who we are. */
  sasl: z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']).optional(),
  saslUsername: z.string().optional(),
  saslPassword: z.string().optional(),
  /** For oauthbearer: a token, or where one is had for a client's id and secret. */
  saslToken: z.string().optional(),
  saslTokenUrl: z.url().optional(),
  saslClientId: z.string().optional(),
  saslClientSecret: z.string().optional(),
  saslScope: z.string().optional(),
  registryUsername: z.string().optional(),
  registryPassword: z.string().optional(),
  registryToken: z.string().optional(),
  /** Host of the tables' database. Without it they are a SQLite file in `data`. */
  mariadbHost: z.string().min(1).optional(),
  mariadbPort: number.int().min(1).max(65_535).default(3306),
  mariadbDatabase: z.string().min(1).default('ebb'),
  mariadbUser: z.string().min(1).default('ebb'),
  mariadbPassword: z.string().optional(),
  /** Whether it is reached over TLS, with the authority's certificate (PEM) where it is not a public one. */
  mariadbTls: flag.default(false),
  mariadbCa: z.string().optional(),
  /** Endpoint of MinIO, or of any other store with the S3 API. */
  minioEndpoint: httpAddress.optional(),
  minioAccessKey: z.string().optional(),
  minioSecretKey: z.string().optional(),
  minioSessionToken: z.string().optional(),
  minioRegion: z.string().optional(),
  minioBucket: z.string().min(1).default('ebb'),
  /** Of every key; none by default. */
  minioPrefix: z.string().optional(),
  /** Whether a bucket that is missing is made. */
  minioCreateBucket: flag.default(true),
  /** Web address of HDFS's NameNode. */
  hdfsUrl: httpAddress.optional(),
  hdfsUser: z.string().min(1).default('ebb'),
  hdfsRoot: z.string().startsWith('/').default('/ebb'),
  hdfsReplication: number.int().min(1).max(512).optional(),
  /** Of files, octal; of folders with the right to enter wherever there is one to read. */
  hdfsPermission: z
    .string()
    .regex(/^[0-7]{3,4}$/, { error: 'permissions are octal, such as 644' })
    .optional(),
  /** Address of NiFi, for `ebb nifi`, and who logs in there; the file is PEM. */
  nifiUrl: httpAddress.default('http://localhost:8080'),
  nifiUser: z.string().min(1).optional(),
  nifiPassword: z.string().optional(),
  nifiCa: z.string().optional(),
  /** Seconds that NiFi may take to enable services, to look whether all is valid, and to start. */
  nifiPatience: number.min(1).max(3_600).default(60),
  /** What goes where: names of topics within the shop, `raw.*` for all that begin so. */
  filesTopics: list.optional(),
  minioTopics: list.optional(),
  hdfsTopics: list.optional(),
  /** Of files, wherever they are. */
  lakeFormat: z.enum(['parquet', 'avro']).default('parquet'),
  /** What a folder of files holds. */
  lakeBy: z.enum(['day', 'month']).default('day'),
  /** Seconds that records wait for more at the end of the log, before they become a file. */
  lakeRotation: number.min(0).max(86_400).default(30),
});

export type Config = z.output<typeof configSchema>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const FILE = 'ebb.config.json';
const keys = Object.keys(configSchema.shape);

/**
 * Flags, then `EBB_*` of the environment (`EBB_COMMIT_INTERVAL`), then `ebb.config.json`, then defaults.
 * @param flags as given on the command line; absent ones are `undefined`
 * @throws ConfigError naming what is wrong and where it came from
 */
export function loadConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  file = FILE,
): Config {
  const fromFile = readConfigFile(file);
  const given: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  for (const key of Object.keys(fromFile)) {
    given[key] = fromFile[key];
    origin[key] = file;
  }
  for (const key of keys) {
    const name = `EBB_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    if (environment[name] !== undefined && environment[name] !== '') {
      given[key] = environment[name];
      origin[key] = name;
    }
    if (flags[key] !== undefined) {
      given[key] = flags[key];
      origin[key] = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    }
  }
  const parsed = configSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const key = String(issue.path[0] ?? '');
    return issue.code === 'unrecognized_keys'
      ? `${file}: ${issue.message}; the keys are ${keys.join(', ')}`
      : `${origin[key] ?? key}: ${issue.message} (it is ${secrets.has(key) ? 'secret' : JSON.stringify(given[key])})`;
  });
  throw new ConfigError(lines.join('\n'));
}

function readConfigFile(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new ConfigError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`${file} is not a JSON object: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
