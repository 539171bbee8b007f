/** The HDFS sink on a server of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHdfsSink } from '../../connectors/sinks/hdfs.ts';
import { openHdfs } from '../../connectors/sinks/hdfs-client.ts';
import { startHdfs } from '../../scripts/stack/hdfs.ts';
import { benchLakeSink } from '../lake-sink.ts';

const dir = await mkdtemp(join(tmpdir(), 'ebb-bench-hdfs-'));
try {
  await using hdfs = await startHdfs({ dir, say: { line: console.error, progress() {} } });
  const at = { url: hdfs.url, user: hdfs.superuser };
  using client = openHdfs(at);
  await benchLakeSink({
    ...{ name: 'sinks/hdfs', times: 6, verb: 'created', pieces: 'files', width: 24 },
    open: (shop, by) => openHdfsSink({ ...at, root: '/bench', shop, by }),
    async raw(place) {
      await client.makeFolder(`/bench/${place}`);
      return (name, bytes) => client.create(`/bench/${place}/${name}`, bytes);
    },
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}
