/** The MinIO sink on a server of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMinioSink } from '../../connectors/sinks/minio.ts';
import { openS3 } from '../../connectors/sinks/minio-client.ts';
import { startMinio } from '../../scripts/stack/minio.ts';
import { benchLakeSink } from '../lake-sink.ts';

const bucket = 'bench';

const dir = await mkdtemp(join(tmpdir(), 'ebb-bench-minio-'));
try {
  await using minio = await startMinio({ dir, say: { line: console.error, progress() {} } });
  using s3 = openS3(minio);
  await benchLakeSink({
    ...{ name: 'sinks/minio', times: 12, verb: 'put', pieces: 'objects', width: 8 },
    open: (shop, by) => openMinioSink({ ...minio, bucket, shop, by }),
    raw: async (place) => (name, bytes) => s3.client.putObject(bucket, `${place}/${name}`, bytes, bytes.length),
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}
