import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import type { Readiness } from './readiness.ts';

/** What is answered. */
export interface Pages {
  /** Prometheus' text. */
  metrics(): Promise<string>;
  readiness(): Readiness;
}

export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
}

export class MetricsAddressError extends Error {
  override readonly name = 'MetricsAddressError';
}

/**
 * Answers `/metrics`, `/healthz` (the process lives) and `/readyz` (every owned task is restored and the log answers; 503 otherwise).
 * @param address `port`, `host:port` or `[ipv6]:port`; the host is 127.0.0.1 unless told
 * @throws MetricsAddressError when it cannot listen there
 */
export async function serveMetrics(address: string, pages: Pages): Promise<MetricsServer> {
  const colon = address.lastIndexOf(':');
  const host = colon < 0 ? '127.0.0.1' : address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answer(response, 405, 'GET it\n');
    }
    if (path === '/healthz') return answer(response, 200, 'ok\n');
    if (path === '/readyz') {
      const readiness = pages.readiness();
      return answer(response, readiness.ready ? 200 : 503, `${JSON.stringify(readiness)}\n`, 'application/json');
    }
    if (path !== '/metrics') return answer(response, 404, 'there are /metrics, /healthz and /readyz\n');
    pages.metrics().then(
      (text) => answer(response, 200, text, Registry.PROMETHEUS_CONTENT_TYPE),
      (error: unknown) => answer(response, 500, `${error instanceof Error ? error.message : String(error)}\n`),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (error) => failed(cannotListen(address, error)));
    server.listen(Number(address.slice(colon + 1)), host, listening);
  });
  // Not a reason to keep a process running.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

function cannotListen(address: string, cause: Error): MetricsAddressError {
  const taken = 'code' in cause && cause.code === 'EADDRINUSE';
  const why = taken ? 'another program listens there' : cause.message;
  return new MetricsAddressError(`metrics cannot be served on ${address}: ${why}. Give --metrics another [host:]port`, {
    cause,
  });
}
