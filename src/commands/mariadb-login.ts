import { readFileSync } from 'node:fs';
import type { MariadbLogin } from '../../connectors/sinks/mariadb-login.ts';
import { type Config, ConfigError } from '../config.ts';

/** How the tables' database is reached, as configured. @throws ConfigError when it is not, or a certificate cannot be read */
export function mariadbLoginOf(config: Config): MariadbLogin {
  const { mariadbHost: host, mariadbPassword: password, mariadbCa: path } = config;
  if (host === undefined) throw new ConfigError('no MariaDB is configured: set EBB_MARIADB_HOST');
  if (password === undefined) throw new ConfigError('MariaDB needs EBB_MARIADB_PASSWORD, the password of its user');
  const tls = path !== undefined ? { ca: certificateIn(path) } : config.mariadbTls ? true : undefined;
  return {
    ...{ host, password, port: config.mariadbPort, user: config.mariadbUser, database: config.mariadbDatabase },
    ...(tls === undefined ? {} : { tls }),
  };
}

function certificateIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`EBB_MARIADB_CA: ${error instanceof Error ? error.message : String(error)}`);
  }
}
