/** A broker of Apache Kafka as a process, in KRaft mode. */
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
import { scramArguments, securitySettings } from './kafka-security.ts';
import { freePorts } from './ports.ts';
import type { Say } from './say.ts';
import { type ServerSpec, serverOf } from './server.ts';

export interface KafkaPlan {
  /** Of the data; a cluster that was made there before goes on. */
  readonly dir: string;
  readonly brokers: readonly BrokerPorts[];
  /** Of every broker, over the defaults: Kafka's own names. */
  readonly settings?: Readonly<Record<string, string>>;
}

const heap = ['-Xms64m', '-Xmx256m', '-XX:+ExitOnOutOfMemoryError'];
const clusterSchema = z.object({ id: z.string(), brokers: z.number() });

/** @throws StackError MISSING, DOWNLOAD, NOT_READY */
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
    ports: { clients: ports.client, ...(voter ? { controller: ports.controller } : {}), ...ports.secure },
    address: `127.0.0.1:${ports.client}`,
    async prepare() {
      const id = clusterId(plan);
      const install = await installed();
      const settings = {
        ...brokerSettings(plan.brokers, node, data),
        ...(ports.secure === undefined ? {} : securitySettings(certificatesIn(plan.dir))),
        ...plan.settings,
      };
      await writeFile(properties, propertiesText(settings));
      const users = ports.secure === undefined ? [] : scramArguments;
      if (!existsSync(join(data, 'meta.properties')))
        await runTool(install, ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', properties, ...users]);
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

/** Where a cluster in `dir` has them. */
export function certificatesIn(dir: string): string {
  return resolve(dir, 'certificates');
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

/** Runs one of the programs in Kafka's jars to its end. @throws StackError NOT_READY */
async function runTool(install: KafkaInstall, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(install.java, ['-Xmx128m', ...install.options, ...args]);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new StackError('NOT_READY', `Kafka's ${args.slice(0, 2).join(' ')} failed: ${said.trim()}`, { cause: error });
  }
}
