import { type IncomingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { openServer, type Server, type ServerOptions } from './server.ts';

/** A server on a free port of loopback, closed when the test ends. */
export async function testServer(options: Partial<ServerOptions> = {}): Promise<Server> {
  const server = await openServer({
    port: 0,
    host: '127.0.0.1',
    names: [],
    token: undefined,
    about: { title: 'Ebb', version: '0' },
    routes: () => {},
    onError: () => {},
    now: Date.now,
    ...options,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A request as a browser could send it: with headers that `fetch` keeps to itself, and the path as it is. */
export function ask(url: string, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answered> {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(url);
    const sent = request({ host: hostname.replace(/^\[|\]$/g, ''), port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        done({ status, headers, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

/** The code of an answer that is a failure. */
export function codeOf({ text }: Answered): unknown {
  return JSON.parse(text).error.code;
}
