/** The schema registry: Apicurio, by its Confluent-compatible interface. */
import { join, resolve } from 'node:path';
import { cached } from './cache.ts';
import { fetchArchive } from './maven.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import { type ServerSpec, serverOf } from './server.ts';
import { type Service, valueFor } from './service.ts';
import { findJava } from './tools.ts';

const VERSION = '3.0.9';
const LONGEST_ANSWER = 2_000;

interface RegistryInstall {
  readonly java: string;
  readonly jar: string;
}

/** @throws StackError MISSING, DOWNLOAD */
async function installedRegistry(say: Say): Promise<RegistryInstall> {
  const java = await findJava(say);
  const folder = await cached(`apicurio-registry-${VERSION}`, async (making) => {
    say.line(`downloading Apicurio Registry ${VERSION} (109 MB, once)…`);
    await fetchArchive(`io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`, making, say);
  });
  return { java: java.program, jar: join(folder, `apicurio-registry-app-${VERSION}-runner.jar`) };
}

function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`;
}

/** @param dir of nothing else */
function registrySpec(dir: string, port: number, installed: () => Promise<RegistryInstall>): ServerSpec {
  const heap = ['-Xms64m', '-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];
  const name = 'registry';
  const own = resolve(dir);
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': String(port),
    // In memory unless stated, and then gone with the process; the last half second is, without the delay set to none.
    'apicurio.datasource.url': `jdbc:h2:file:${join(own, 'schemas')};WRITE_DELAY=0`,
  };
  return {
    name,
    dir: own,
    ports: { http: port },
    address: registryUrl(port),
    async prepare() {
      const { java, jar } = await installed();
      const properties = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`);
      return { program: java, args: [...heap, ...properties, '-jar', jar] };
    },
    missing: () => missingOf(`${registryUrl(port)}/subjects`),
    grace: 15_000,
  };
}

export const registryService: Service = {
  name: 'registry',
  settings: [
    {
      key: 'registryPort',
      flag: '--registry-port <port>',
      description: 'of the schema registry',
      fallback: 8081,
      kind: 'port',
      fixedByData: false,
    },
  ],
  servers: (values, dir, say) => [registrySpec(dir, valueFor(values, 'registryPort'), () => installedRegistry(say))],
  environment: (values) => ({ EBB_REGISTRY: registryUrl(valueFor(values, 'registryPort')) }),
  compose: (values) => ({ variables: { REGISTRY_PORT: valueFor(values, 'registryPort') }, profiles: [] }),
};

async function missingOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(LONGEST_ANSWER) });
    await answer.body?.cancel();
    return answer.ok ? undefined : `${url} answers ${answer.status}`;
  } catch (error) {
    // Refused or cut off: what was looked for.
    return `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export interface Registry extends AsyncDisposable {
  /** Of the Confluent-compatible interface, with no slash at its end. */
  readonly url: string;
  /** SIGKILL; the schemas stay. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Returns when it serves again. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/**
 * A registry of one's own, which ends with the process that started it.
 * @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY
 */
export async function startRegistry(options: {
  readonly dir: string;
  /** A free one unless stated. */
  readonly port?: number;
  readonly say?: Say;
}): Promise<Registry> {
  const [free = 0] = await freePorts(1);
  const port = options.port ?? free;
  const spec = registrySpec(options.dir, port, () => installedRegistry(options.say ?? silent));
  const server = serverOf(spec, { endsWithParent: true });
  const start = async (): Promise<void> => {
    await server.launch();
    await server.untilHealthy();
  };
  try {
    await start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: registryUrl(port),
    kill: () => server.kill(),
    stop: () => server.stop(),
    start,
    pause: () => server.pause(),
    resume: () => server.resume(),
    close: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
