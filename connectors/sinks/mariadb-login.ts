/** How MariaDB is reached, by the sink and by whoever makes its tables. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { ConnectionConfig } from 'mariadb';

export interface MariadbLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `true`: over TLS, trusting the authorities that the system trusts. Contents are PEM. Absent: not encrypted. */
  readonly tls?: true | MariadbTls;
}

export interface MariadbTls {
  /** The authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Who we are, where the server asks for it: certificate and key. */
  readonly cert?: string;
  readonly key?: string;
}

/** How long to wait for a connection, in milliseconds. */
const CONNECT = 10_000;

/** For how long a server may say nothing while something is asked of it, in milliseconds. */
const SILENCE = 60_000;

/**
 * Times in UTC, numbers without loss, and the strict mode in which a value that does not fit is an error. A transaction that
 * its client has forgotten gives its locks back after a minute; rows are locked one by one and not by ranges, as nothing is
 * read twice in a transaction.
 */
export function connectionOptions({ tls, ...login }: MariadbLogin): ConnectionConfig {
  // The client looks for `localhost` in the certificate of a server that is reached by an address.
  const isHost = (_name: string, certificate: PeerCertificate) => checkServerIdentity(login.host, certificate);
  const secure = { ...(tls === true ? {} : tls), checkServerIdentity: isHost };
  return {
    ...login,
    ...(tls === undefined ? {} : { ssl: secure }),
    timezone: 'Z',
    dateStrings: true,
    connectTimeout: CONNECT,
    socketTimeout: SILENCE,
    keepAliveDelay: CONNECT,
    sessionVariables: {
      time_zone: '+00:00',
      sql_mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
      tx_isolation: 'READ-COMMITTED',
      innodb_lock_wait_timeout: 10,
      idle_transaction_timeout: 60,
    },
  };
}

/** The same for statements that may take as long as a table is large: silence is not taken for a server that hangs. */
export function patientOptions(login: MariadbLogin): ConnectionConfig {
  return { ...connectionOptions(login), socketTimeout: 0 };
}

/** For messages: everything but the password. */
export function placeOf({ user, host, port, database }: MariadbLogin): string {
  return `${user}@${host}:${port}/${database}`;
}
