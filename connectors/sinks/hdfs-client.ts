/** HDFS by WebHDFS: the namespace by the webhdfs package, no change believed without the server's word; what that gets wrong by hand. */
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import webhdfs from 'webhdfs';
import { hdfsError, isObject, json, type Refusal, refusalIn } from './hdfs-error.ts';
import { type HttpAnswer, httpCall } from './hdfs-http.ts';
import { encoded, places } from './hdfs-places.ts';
import { SinkError } from './sink.ts';

export interface HdfsOptions {
  /** Of a NameNode's web port, such as `http://namenode:9870`. */
  readonly url: string;
  readonly user: string;
  /** Copies of each block; the server's own unless stated. */
  readonly replication?: number;
  /** Of files, in octal digits, such as `640`; folders may be entered by whoever may read. The server's own unless stated. */
  readonly permission?: string;
  /** Bytes, at least the server's `dfs.namenode.fs-limits.min-block-size`; the server's own unless stated. */
  readonly blockSize?: number;
  /** ms that a server may take for an answer or a part of one. Default 30 s. */
  readonly timeout?: number;
}

export interface HdfsEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly length: number;
}

/** Paths begin with a slash. Every method throws SinkError. */
export interface HdfsClient extends Disposable {
  makeFolder(path: string): Promise<void>;
  /** `undefined` when there is nothing. */
  stat(path: string): Promise<HdfsEntry | undefined>;
  /** In order of names; `undefined` when there is no such folder. */
  list(folder: string): Promise<readonly HdfsEntry[] | undefined>;
  /** Removes a file, or a folder with all in it, if it is there. */
  remove(path: string): Promise<void>;
  /**
   * A new file with this content; whether it is whole on the DataNodes, its length says (`list`). Its folder must be there. After an error
   * there may be a part of it, or come to be: a DataNode that hung goes on where it stopped, unless the folder is gone.
   */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** `exists`: something else has that name, and nothing was done. `overwrite`: takes the place of a file, at one instant. */
  rename(path: string, to: string, overwrite?: boolean): Promise<'renamed' | 'exists'>;
  /** Puts the bytes of files of the same folder behind those of another, at one instant, and they are no more. */
  concat(path: string, sources: readonly string[]): Promise<void>;
  read(path: string): Promise<Buffer>;
}

export function openHdfs(options: HdfsOptions): HdfsClient {
  const { user, replication, permission, blockSize, timeout = 30_000 } = options;
  const base = new URL(options.url);
  const prefix = base.pathname === '/' ? '/webhdfs/v1' : base.pathname.replace(/\/$/, '');
  const tls = base.protocol === 'https:';
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const place = { protocol: tls ? 'https' : 'http', host: base.hostname, port: base.port || (tls ? '443' : '80') };
  const packaged = webhdfs.createClient({ user, ...place, path: prefix }, { timeout, agent });
  const fileMode = permission === undefined ? {} : { permission };
  const folderMode = permission === undefined ? '755' : enterable(permission);

  /** A call of the package. @returns the body of its answer, `undefined` where there is no such path */
  async function namespace(what: string, path: string, call: (told: () => void) => webhdfs.Request): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly [status: number, body: unknown]>();
    call(() => undefined)
      .on('complete', ({ statusCode }, body) => resolve([statusCode, body]))
      .on('error', reject);
    let answer: readonly [status: number, body: unknown];
    try {
      answer = await promise;
    } catch (cause) {
      throw hdfsError(`${what} ${path}`, base.host, connectionRefusal(cause), cause);
    }
    const [status, body] = answer;
    if (status === 200) {
      return body;
    }
    const refusal = refusalIn(body, status);
    if (refusal.exception === 'FileNotFoundException') {
      return undefined;
    }
    throw hdfsError(`${what} ${path}`, base.host, refusal);
  }

  type Words = Readonly<Record<string, string | number>>;

  async function asked(method: 'GET' | 'PUT' | 'POST', op: string, path: string, words: Words): Promise<HttpAnswer> {
    const url = new URL(base);
    url.pathname = prefix + encoded(path);
    url.search = new URLSearchParams({ op, 'user.name': user, ...texts(words) }).toString();
    return sent(method, url, `${op} ${path}`);
  }

  async function sent(method: 'GET' | 'PUT' | 'POST', url: URL, what: string, body?: Uint8Array): Promise<HttpAnswer> {
    try {
      // Of a DataNode, a connection ends with the answer.
      const through = url.host === base.host ? agent : url.protocol === 'https:' ? freshTls : fresh;
      return await httpCall({ method, url, agent: through, timeout, ...(body === undefined ? {} : { body }) });
    } catch (cause) {
      throw hdfsError(what, url.host, connectionRefusal(cause), cause);
    }
  }

  /** Asks the NameNode where. */
  async function located(method: 'GET' | 'PUT', op: string, path: string, words: Words): Promise<URL> {
    const answer = await asked(method, op, path, { ...words, noredirect: 'true' });
    const said = json(answer.body.toString());
    const location = isObject(said) && typeof said.Location === 'string' ? said.Location : answer.location;
    if (location === undefined) {
      throw hdfsError(`${op} ${path}`, base.host, refusalIn(said, answer.status));
    }
    return new URL(location);
  }

  async function there(
    method: 'GET' | 'PUT',
    op: string,
    path: string,
    where: URL,
    body?: Uint8Array,
  ): Promise<Buffer> {
    const answer = await sent(method, where, `${op} ${path}`, body);
    if (answer.status !== 200 && answer.status !== 201) {
      throw hdfsError(`${op} ${path}`, where.host, refusalIn(answer.body.toString(), answer.status));
    }
    return answer.body;
  }

  const creation: Words = {
    ...{ overwrite: 'false', createparent: 'false', ...fileMode },
    ...(replication === undefined ? {} : { replication }),
    ...(blockSize === undefined ? {} : { blocksize: blockSize }),
  };
  const placeOf = places((path) => located('PUT', 'CREATE', path, creation));

  async function stat(path: string): Promise<HdfsEntry | undefined> {
    const body = await namespace('stat', path, (told) => packaged.stat(encoded(path), told));
    return isObject(body) && isObject(body.FileStatus) ? entryOf(body.FileStatus) : undefined;
  }

  return {
    stat,
    async makeFolder(path) {
      const body = await namespace('mkdir', path, (told) => packaged.mkdir(encoded(path), folderMode, told));
      if (!isDone(body) && (await stat(path))?.isFolder !== true) {
        throw new SinkError('UNAVAILABLE', `HDFS at ${base.host}, mkdir ${path}: it is not there; tried again`);
      }
    },
    async list(folder) {
      const body = await namespace('list', folder, (told) => packaged.readdir(encoded(folder), told));
      const statuses = isObject(body) && isObject(body.FileStatuses) ? body.FileStatuses.FileStatus : undefined;
      return Array.isArray(statuses) ? statuses.filter(isObject).map(entryOf) : undefined;
    },
    async remove(path) {
      const body = await namespace('remove', path, (told) => packaged.unlink(encoded(path), true, told));
      if (!isDone(body) && (await stat(path)) !== undefined) {
        throw new SinkError('UNAVAILABLE', `HDFS at ${base.host}, remove ${path}: it is still there; tried again`);
      }
    },
    async create(path, bytes) {
      await placeOf(path, (where) => there('PUT', 'CREATE', path, where, bytes));
    },
    async rename(path, to, overwrite = false) {
      const renameoptions = overwrite ? 'OVERWRITE' : 'NONE';
      const answer = await asked('PUT', 'RENAME', path, { destination: to, renameoptions });
      const body = json(answer.body.toString());
      if (answer.status !== 200) {
        const refusal = refusalIn(body, answer.status);
        if (refusal.exception === 'FileAlreadyExistsException') {
          return 'exists';
        }
        throw hdfsError(`RENAME ${path} to ${to}`, base.host, refusal);
      }
      // A server that knows no options says so when it has not.
      return isObject(body) && body.boolean === false ? 'exists' : 'renamed';
    },
    async concat(path, sources) {
      const { status, body } = await asked('POST', 'CONCAT', path, { sources: sources.join() });
      if (status !== 200) {
        throw hdfsError(`CONCAT ${path}`, base.host, refusalIn(body.toString(), status));
      }
    },
    read: async (path) => there('GET', 'OPEN', path, await located('GET', 'OPEN', path, {})),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** What the server says of a change; the package passes it over. Without it, a look tells. */
function isDone(body: unknown): boolean {
  return isObject(body) && body.boolean === true;
}

const fresh = new Agent({ keepAlive: false });
const freshTls = new TlsAgent({ keepAlive: false });

function connectionRefusal(error: unknown): Refusal {
  if (!(error instanceof Error)) {
    return { exception: undefined, message: String(error) };
  }
  // Of several addresses each has its own, and the whole no words.
  const { message, code } = error as NodeJS.ErrnoException;
  return { exception: undefined, message: message === '' ? (code ?? error.name) : message };
}

function entryOf(status: Readonly<Record<string, unknown>>): HdfsEntry {
  return { name: String(status.pathSuffix), isFolder: status.type === 'DIRECTORY', length: Number(status.length) };
}

function texts(words: Readonly<Record<string, string | number>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, String(value)]));
}

/** `640` becomes `750`. */
function enterable(permission: string): string {
  return [...permission.slice(-3)].map((digit) => String(Number(digit) | (Number(digit) & 4 ? 1 : 0))).join('');
}
