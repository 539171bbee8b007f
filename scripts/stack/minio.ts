/** MinIO: an object store with S3's interface, one process on one folder. */
import { join, resolve } from 'node:path';
import { installedMinio } from './minio-install.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import { type ServerSpec, serverOf } from './server.ts';
import { type Service, valueFor } from './service.ts';

/** Of the administrator, on servers that only this machine reaches. docker-compose.yml has the same. */
const root = { accessKey: 'ebb-stack', secretKey: 'ebb-stack-secret' } as const;
const LONGEST_ANSWER = 2_000;

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
  for (const path of ['ready', 'cluster']) {
    const url = `${minioUrl(port)}/minio/health/${path}`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(LONGEST_ANSWER) });
      await answer.body?.cancel();
      if (!answer.ok) return `${url} answers ${answer.status}`;
    } catch (error) {
      // Refused or cut off: what was looked for.
      return `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

export interface Minio extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  /** The administrator's. */
  readonly accessKey: string;
  readonly secretKey: string;
  /** SIGKILL; the objects stay. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Returns when it serves again. */
  start(): Promise<void>;
  /** SIGSTOP: clients see a server that hangs. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
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
    endpoint: minioUrl(port),
    ...root,
    kill: () => server.kill(),
    stop: () => server.stop(),
    start,
    pause: () => server.pause(),
    resume: () => server.resume(),
    close: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
