import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/**
 * As kafkajs's own, but without Nagle's algorithm, which would hold small requests back until the last is acknowledged, and
 * without a server name that is an address, which TLS does not allow.
 */
export const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket =
    ssl === undefined || ssl === null
      ? connect({ host, port }, onConnect)
      : connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect);
  return socket.setNoDelay(true).setKeepAlive(true, 60_000);
};
