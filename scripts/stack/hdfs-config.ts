/** Configuration of one NameNode and one DataNode: what suits a laptop and tests. */

/** Who the servers run as, and so HDFS's superuser: without Kerberos, HDFS believes any name. */
export const HDFS_USER = 'hdfs';

export interface HdfsPorts {
  /** Of WebHDFS and its pages. */
  readonly namenode: number;
  /** Of Hadoop's own clients, such as Spark. */
  readonly rpc: number;
  /** Where WebHDFS sends what is read and written. */
  readonly datanode: number;
  readonly transfer: number;
  readonly ipc: number;
}

/** The ports in the usual distances: 9870 and 9864 give 8020, 9866 and 9867. */
export function hdfsPorts(namenode: number, datanode: number): HdfsPorts {
  const rpc = namenode > 2_873 ? namenode - 1_850 : namenode + 1_850;
  const [transfer, ipc] = datanode < 65_533 ? [datanode + 2, datanode + 3] : [datanode - 2, datanode - 3];
  return { namenode, rpc, datanode, transfer, ipc };
}

/** `core-site.xml` and `hdfs-site.xml` in one: each server reads both. @param data folder of the servers' data */
export function hdfsSettings(ports: HdfsPorts, data: string): Readonly<Record<string, string>> {
  const at = (port: number): string => `127.0.0.1:${port}`;
  return {
    'fs.defaultFS': `hdfs://${at(ports.rpc)}`,
    'hadoop.tmp.dir': `${data}/tmp`,
    'dfs.namenode.name.dir': `file://${data}/namenode`,
    'dfs.datanode.data.dir': `file://${data}/datanode`,
    'dfs.namenode.rpc-address': at(ports.rpc),
    'dfs.namenode.http-address': at(ports.namenode),
    'dfs.datanode.address': at(ports.transfer),
    'dfs.datanode.http.address': at(ports.datanode),
    'dfs.datanode.ipc.address': at(ports.ipc),
    ...placelessSettings,
  };
}

/** The same in a container. */
export const placelessSettings: Readonly<Record<string, string>> = {
  'dfs.replication': '1',
  'dfs.datanode.hostname': '127.0.0.1',
  'dfs.namenode.datanode.registration.ip-hostname-check': 'false',
  // A DataNode that is gone is given up after 2 × recheck + 10 × heartbeat = 12 s; unless stated, after ten minutes.
  'dfs.heartbeat.interval': '1',
  'dfs.namenode.heartbeat.recheck-interval': '1000',
  // Safe mode ends as soon as all blocks are reported, and they are reported at once.
  'dfs.namenode.safemode.extension': '0',
  'dfs.blockreport.initialDelay': '0',
  // A file of one block is complete at once, not after .4 s.
  'dfs.client.block.write.locateFollowingBlock.initial.delay.ms': '20',
  // With one DataNode there is none to take the place of one that fails.
  'dfs.client.block.write.replace-datanode-on-failure.policy': 'NEVER',
};

export function siteText(settings: Readonly<Record<string, string>>): string {
  const properties = Object.entries(settings).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>\n`,
  );
  return `<?xml version="1.0"?>\n<configuration>\n${properties.join('')}</configuration>\n`;
}
