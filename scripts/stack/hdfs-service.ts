import { HDFS_USER, type HdfsPorts, hdfsPorts } from './hdfs-config.ts';
import { installedHdfs } from './hdfs-install.ts';
import { hdfsSpecs, namenodeUrl } from './hdfs-nodes.ts';
import { type Service, type Values, valueFor } from './service.ts';

export const hdfsService: Service = {
  name: 'hdfs',
  settings: [
    {
      key: 'namenodePort',
      flag: '--namenode-port <port>',
      description: "of HDFS's NameNode (WebHDFS)",
      fallback: 9870,
      kind: 'port',
      fixedByData: false,
    },
    {
      key: 'datanodePort',
      flag: '--datanode-port <port>',
      description: "of HDFS's DataNode (WebHDFS)",
      fallback: 9864,
      kind: 'port',
      fixedByData: false,
    },
  ],
  servers: (values, dir, say) => hdfsSpecs({ dir, ports: portsOf(values) }, () => installedHdfs(say)),
  environment: (values) => ({ EBB_HDFS_URL: namenodeUrl(portsOf(values)), EBB_HDFS_USER: HDFS_USER }),
  compose(values) {
    const { namenode, rpc, datanode } = portsOf(values);
    return { variables: { NAMENODE_PORT: namenode, NAMENODE_RPC_PORT: rpc, DATANODE_PORT: datanode }, profiles: [] };
  },
};

function portsOf(values: Values): HdfsPorts {
  return hdfsPorts(valueFor(values, 'namenodePort'), valueFor(values, 'datanodePort'));
}
