/** The schema registry: Apicurio, by its Confluent-compatible interface. */
import { join, resolve } from 'node:path';
import { cached } from './cache.ts';
import { type Alone, startAlone } from './controls.ts';
import { missingAt } from './http-health.ts';
import { fetchArchive } from './maven.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import type { ServerSpec } from './server.ts';
import { type Service, valueFor } from './service.ts';
import { findJava } from './tools.ts';

const VERSION = '3.0.9';

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
    missing: () => missingAt(`${registryUrl(port)}/subjects`),
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

export interface Registry extends Alone {
  /** Of the Confluent-compatible interface, with no slash at its end. */
  readonly url: string;
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
  return { url: registryUrl(port), ...(await startAlone(spec)) };
}
