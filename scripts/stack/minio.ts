/** MinIO: an object store with S3's interface, one process on one folder. */
import { join, resolve } from 'node:path';
import { type Alone, startAlone } from './controls.ts';
import { missingAt } from './http-health.ts';
import { installedMinio } from './minio-install.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import type { ServerSpec } from './server.ts';
import { type Service, valueFor } from './service.ts';

/** Of the administrator, on servers that only this machine reaches. docker-compose.yml has the same. */
const root = { accessKey: 'ebb-stack', secretKey: 'ebb-stack-secret' } as const;

function minioUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** @param dir of nothing else */
function minioSpec(dir: string, port: number, installed: () => Promise<string>): ServerSpec {
  const own = resolve(dir);
  return {
    name: 'minio',
    dir: own,
    ports: { s3: port },
    address: minioUrl(port),
    async prepare() {
      return {
        program: await installed(),
        args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, join(own, 'data')],
        environment: {
          MINIO_ROOT_USER: root.accessKey,
          MINIO_ROOT_PASSWORD: root.secretKey,
          // Neither a page of its own on another port nor a look for newer releases.
          MINIO_BROWSER: 'off',
          MINIO_UPDATE: 'off',
        },
      };
    },
    missing: () => missingOf(port),
    grace: 15_000,
  };
}

export const minioService: Service = {
  name: 'minio',
  settings: [
    {
      key: 'minioPort',
      flag: '--minio-port <port>',
      description: 'of MinIO',
      fallback: 9000,
      kind: 'port',
      fixedByData: false,
    },
  ],
  servers: (values, dir, say) => [minioSpec(dir, valueFor(values, 'minioPort'), () => installedMinio(say))],
  environment: (values) => ({
    EBB_MINIO_ENDPOINT: minioUrl(valueFor(values, 'minioPort')),
    EBB_MINIO_ACCESS_KEY: root.accessKey,
    EBB_MINIO_SECRET_KEY: root.secretKey,
  }),
  compose: (values) => ({ variables: { MINIO_PORT: valueFor(values, 'minioPort') }, profiles: [] }),
};

/** The second answers when objects can be read and written; the first comes earlier. */
async function missingOf(port: number): Promise<string | undefined> {
  const at = (path: string) => missingAt(`${minioUrl(port)}/minio/health/${path}`);
  return (await at('ready')) ?? (await at('cluster'));
}

export interface Minio extends Alone {
  /** Such as `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  /** The administrator's. */
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * A server of one's own, which ends with the process that started it.
 * @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY
 */
export async function startMinio(options: {
  readonly dir: string;
  /** A free one unless stated. */
  readonly port?: number;
  readonly say?: Say;
}): Promise<Minio> {
  const [free = 0] = await freePorts(1);
  const port = options.port ?? free;
  const spec = minioSpec(options.dir, port, () => installedMinio(options.say ?? silent));
  return { endpoint: minioUrl(port), ...root, ...(await startAlone(spec)) };
}
