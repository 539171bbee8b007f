/** HDFS for tests: a NameNode and a DataNode, each to be killed, stopped and hung at will. */
import { type Controls, controlsOf } from './controls.ts';
import { HDFS_USER, type HdfsPorts } from './hdfs-config.ts';
import { installedHdfs } from './hdfs-install.ts';
import { hdfsSpecs, namenodeUrl, runHadoop } from './hdfs-nodes.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import { type Server, type ServerSpec, serverOf } from './server.ts';

/** One of the two servers. */
export interface HdfsNode extends Controls {
  readonly server: Server;
}

export interface Hdfs extends AsyncDisposable {
  /** Of the NameNode, with no slash at its end. */
  readonly url: string;
  /** Who may do everything. */
  readonly superuser: string;
  readonly namenode: HdfsNode;
  readonly datanode: HdfsNode;
  /** Runs `hdfs dfsadmin` with these words. @returns what it prints @throws StackError NOT_READY with what it says */
  admin(...words: readonly string[]): Promise<string>;
  /** Ends both; the data stay in `dir`. */
  close(): Promise<void>;
}

export interface HdfsOptions {
  readonly dir: string;
  /** Free ones unless stated. */
  readonly ports?: HdfsPorts;
  /** Over the defaults: Hadoop's own names. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly say?: Say;
}

/**
 * A file system of one's own, which ends with the process that started it.
 * @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY
 */
export async function startHdfs({ dir, settings, say = silent, ...options }: HdfsOptions): Promise<Hdfs> {
  const ports = options.ports ?? (await anyPorts());
  const install = await installedHdfs(say);
  const plan = { dir, ports, ...(settings === undefined ? {} : { settings }) };
  const [nameSpec, dataSpec] = hdfsSpecs(plan, async () => install);
  const [namenode, datanode] = [nodeOf(nameSpec), nodeOf(dataSpec)];
  const close = async (): Promise<void> => {
    await Promise.all([namenode.stop(), datanode.stop()]);
  };
  try {
    await Promise.all([namenode.start(), datanode.start()]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: namenodeUrl(ports),
    superuser: HDFS_USER,
    namenode,
    datanode,
    admin: (...words) => runHadoop(dir, install, ['org.apache.hadoop.hdfs.tools.DFSAdmin', ...words]),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function anyPorts(): Promise<HdfsPorts> {
  const [namenode = 0, rpc = 0, datanode = 0, transfer = 0, ipc = 0] = await freePorts(5);
  return { namenode, rpc, datanode, transfer, ipc };
}

function nodeOf(spec: ServerSpec): HdfsNode {
  const server = serverOf(spec, { endsWithParent: true });
  return { server, ...controlsOf(server) };
}
