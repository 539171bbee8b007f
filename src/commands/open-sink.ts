/** Which stores a configuration names, and how each is opened. */
import { openFileSink } from '../../connectors/sinks/files.ts';
import type { ShopCurrency } from '../../connectors/sinks/money.ts';
import type { Sink } from '../../connectors/sinks/sink.ts';
import { openSqliteSink } from '../../connectors/sinks/sqlite.ts';
import { type Config, ConfigError } from '../config.ts';
import { mariadbLoginOf } from './mariadb-login.ts';
import { pathsOf } from './workplace.ts';

export type TablesName = 'sqlite' | 'mariadb';
export type LakeName = 'files' | 'minio' | 'hdfs';
export type SinkName = TablesName | LakeName;

/** Where the tables are, and everywhere that files are. */
export function sinksOf({ mariadbHost, minioEndpoint, hdfsUrl }: Config): {
  readonly tables: TablesName;
  readonly lake: readonly LakeName[];
} {
  return {
    tables: mariadbHost === undefined ? 'sqlite' : 'mariadb',
    lake: [
      'files',
      ...(minioEndpoint === undefined ? [] : ['minio' as const]),
      ...(hdfsUrl === undefined ? [] : ['hdfs' as const]),
    ],
  };
}

/**
 * Opens a sink that the configuration names.
 * @param currency asked for money of results, which are in the shop's @throws SinkError, ConfigError
 */
export async function openSink(config: Config, shop: string, name: SinkName, currency?: ShopCurrency): Promise<Sink> {
  const paths = pathsOf(config);
  const { lakeFormat: format, lakeBy: by, lakeRotation } = config;
  const files = { shop, format, by, limits: { linger: lakeRotation * 1000 }, currency };
  switch (name) {
    case 'sqlite':
      return openSqliteSink({ path: paths.tables, shop });
    case 'files':
      return openFileSink({ dir: paths.lake, ...files });
    case 'minio': {
      const { openMinioSink } = await import('../../connectors/sinks/minio.ts');
      return openMinioSink({ ...minioOptions(config), ...files });
    }
    case 'mariadb': {
      const { openMariadbSink } = await import('../../connectors/sinks/mariadb.ts');
      return openMariadbSink({ ...mariadbLoginOf(config), shop });
    }
    case 'hdfs': {
      const { openHdfsSink } = await import('../../connectors/sinks/hdfs.ts');
      return openHdfsSink({ ...hdfsOptions(config), ...files });
    }
  }
}

function minioOptions(config: Config) {
  const { minioEndpoint: endpoint, minioAccessKey: accessKey, minioSecretKey: secretKey } = config;
  if (endpoint === undefined || accessKey === undefined || secretKey === undefined)
    throw new ConfigError('an object store needs EBB_MINIO_ENDPOINT, EBB_MINIO_ACCESS_KEY and EBB_MINIO_SECRET_KEY');
  return {
    endpoint,
    accessKey,
    secretKey,
    sessionToken: config.minioSessionToken,
    region: config.minioRegion,
    bucket: config.minioBucket,
    prefix: config.minioPrefix,
    createBucket: config.minioCreateBucket,
  };
}

/** How HDFS is reached, and the lake's folder there. @throws ConfigError */
export function hdfsOptions({ hdfsUrl: url, hdfsUser: user, hdfsRoot: root, hdfsReplication, hdfsPermission }: Config) {
  if (url === undefined) throw new ConfigError('no HDFS is configured: set EBB_HDFS_URL');
  return {
    ...{ url, user, root },
    ...(hdfsReplication === undefined ? {} : { replication: hdfsReplication }),
    ...(hdfsPermission === undefined ? {} : { permission: hdfsPermission }),
  };
}
