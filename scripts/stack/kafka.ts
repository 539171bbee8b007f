/** Apache Kafka in KRaft mode: one broker, or several with a quorum of three. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { StackError } from './error.ts';
import { type BrokerPorts, brokerSettings, isVoter, propertiesText } from './kafka-config.ts';
import { installKafka, type KafkaInstall } from './kafka-install.ts';
import { clusterView } from './kafka-metadata.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import { type Server, type ServerSpec, serverOf } from './server.ts';

export interface KafkaPlan {
  /** Of the data; a cluster that was made there before goes on. */
  readonly dir: string;
  readonly brokers: readonly BrokerPorts[];
  /** Of every broker, over the defaults: Kafka's own names. */
  readonly settings?: Readonly<Record<string, string>>;
}

const heap = ['-Xms64m', '-Xmx256m', '-XX:+ExitOnOutOfMemoryError'];
const clusterSchema = z.object({ id: z.string(), brokers: z.number() });

export function installedKafka(say: Say): Promise<KafkaInstall> {
  return installKafka(say, async (install, dir) => {
    const [client = 0, controller = 0] = await freePorts(2);
    const [spec] = brokerSpecs({ dir, brokers: [{ client, controller }] }, async () => install);
    if (spec === undefined) return;
    // The archive is written when the process ends, which takes some seconds.
    const server = serverOf({ ...spec, grace: 120_000 }, { endsWithParent: true });
    await server.launch();
    try {
      await server.untilHealthy();
    } finally {
      await server.stop();
    }
  });
}

/** The processes of a cluster; preparing them throws CONFLICT when the data there are of another number of brokers. */
export function brokerSpecs(plan: KafkaPlan, installed: () => Promise<KafkaInstall>): readonly ServerSpec[] {
  return plan.brokers.map((ports, index) => brokerSpec(plan, index + 1, ports, installed));
}

function brokerSpec(
  plan: KafkaPlan,
  node: number,
  ports: BrokerPorts,
  installed: () => Promise<KafkaInstall>,
): ServerSpec {
  const name = `kafka-${node}`;
  const dir = resolve(plan.dir, name);
  const [data, properties] = [join(dir, 'data'), join(dir, 'server.properties')];
  const voter = isVoter(plan.brokers, node);
  return {
    name,
    dir,
    ports: { clients: ports.client, ...(voter ? { controller: ports.controller } : {}) },
    address: `127.0.0.1:${ports.client}`,
    async prepare() {
      const id = clusterId(plan);
      const install = await installed();
      await writeFile(properties, propertiesText({ ...brokerSettings(plan.brokers, node, data), ...plan.settings }));
      if (!existsSync(join(data, 'meta.properties')))
        await runTool(install, ['kafka.tools.StorageTool', 'format', '-t', id, '-c', properties]);
      return { program: install.java, args: [...heap, ...install.options, 'kafka.Kafka', properties] };
    },
    async missing() {
      const view = await clusterView(ports.client);
      if (view === undefined) return 'it does not answer';
      return view.brokers.includes(node) ? undefined : 'it has not joined its cluster';
    },
    grace: 15_000,
  };
}

/** A cluster's identity is made with its data and stays with them. */
function clusterId({ dir, brokers }: KafkaPlan): string {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'cluster.json');
  if (!existsSync(file)) {
    const id = randomBytes(16).toString('base64url');
    writeFileSync(file, JSON.stringify({ id, brokers: brokers.length }));
    return id;
  }
  const known = clusterSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (known.brokers !== brokers.length)
    throw new StackError(
      'CONFLICT',
      `The data in ${dir} are of a cluster of ${known.brokers} broker${known.brokers === 1 ? '' : 's'}, and stay so; ${brokers.length} need another directory, or these data removed.`,
    );
  return known.id;
}

/** Runs one of the programs in Kafka's jars to its end. @returns what it printed @throws StackError NOT_READY */
export async function runTool(install: KafkaInstall, args: readonly string[], heap = '-Xmx128m'): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(install.java, [heap, ...install.options, ...args]);
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new StackError('NOT_READY', `Kafka's ${args.slice(0, 2).join(' ')} failed: ${said.trim()}`, { cause: error });
  }
}

/** A broker of a cluster that tests have to themselves. */
export interface Broker {
  readonly id: number;
  /** `host:port`. */
  readonly address: string;
  readonly server: Server;
  /** SIGKILL; the data stay. */
  kill(): Promise<void>;
  /** SIGTERM: it hands its partitions over first. */
  stop(): Promise<void>;
  /** Returns when it serves again. */
  start(): Promise<void>;
  /** SIGSTOP: clients see a broker that hangs. */
  pause(): void;
  resume(): void;
}

export interface Kafka extends AsyncDisposable {
  /** `host:port` of every broker. */
  readonly bootstrap: readonly string[];
  /** @param id from 1 @throws RangeError */
  broker(id: number): Broker;
  /** Ends every broker; the data stay in `dir`. */
  close(): Promise<void>;
}

export interface KafkaOptions {
  readonly dir: string;
  /** 1 unless stated; three can lose one. */
  readonly brokers?: number;
  /** One per broker for clients; free ones unless stated. */
  readonly ports?: readonly number[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly say?: Say;
}

/**
 * A cluster of one's own, which ends with the process that started it.
 * @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY; CONFLICT when `dir` has the data of another number of brokers
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { dir, brokers = 1, settings, say = silent } = options;
  const free = await freePorts(2 * brokers);
  const ports = Array.from({ length: brokers }, (_, index) => ({
    client: options.ports?.[index] ?? free[index] ?? 0,
    controller: free[brokers + index] ?? 0,
  }));
  const plan = { dir, brokers: ports, ...(settings === undefined ? {} : { settings }) };
  const install = await installedKafka(say);
  const servers = brokerSpecs(plan, async () => install).map((spec) => serverOf(spec, { endsWithParent: true }));
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    await Promise.all(servers.map((server) => server.launch()));
    await Promise.all(servers.map((server) => server.untilHealthy()));
  } catch (error) {
    await close();
    throw error;
  }
  const members = servers.map((server, index) => brokerOf(server, index + 1));
  return {
    bootstrap: members.map(({ address }) => address),
    broker(id) {
      const found = members[id - 1];
      if (found === undefined) throw new RangeError(`no broker ${id} among ${members.length}`);
      return found;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function brokerOf(server: Server, id: number): Broker {
  return {
    id,
    address: server.spec.address,
    server,
    kill: () => server.kill(),
    stop: () => server.stop(),
    async start() {
      await server.launch();
      await server.untilHealthy();
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}
