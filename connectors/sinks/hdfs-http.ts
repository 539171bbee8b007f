import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: Buffer;
}

export interface HttpCall {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: URL;
  readonly body?: Uint8Array;
  readonly agent: Agent;
  /** ms without a byte in either direction. */
  readonly timeout: number;
}

/**
 * One HTTP request. By node:http, as a DataNode says `100 Continue` without being asked, which fetch takes for an error.
 * @throws Error of the connection, also when nothing moves for `timeout`
 */
export async function httpCall(call: HttpCall): Promise<HttpAnswer> {
  try {
    return await send(call);
  } catch (error) {
    // A connection that the server had closed when it was used again: nothing of the request was read.
    if (error instanceof StaleConnection && call.body === undefined) {
      return send(call);
    }
    throw error;
  }
}

class StaleConnection extends Error {}

function send({ method, url, body, agent, timeout }: HttpCall): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const headers = { 'content-type': 'application/octet-stream', 'content-length': body?.length ?? 0 };
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, { method, agent, headers, timeout });
  request.once('timeout', () => request.destroy(new Error(`no answer for ${timeout / 1000} s`)));
  request.on('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'ECONNRESET' && request.reusedSocket ? new StaleConnection(error.message) : error),
  );
  request.once('response', (response: IncomingMessage) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.once('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location,
        body: Buffer.concat(chunks),
      }),
    );
    response.once('close', () => reject(new Error('the answer was cut off')));
  });
  request.end(body);
  return promise;
}
