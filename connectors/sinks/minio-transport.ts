/** How the client reaches the server: it gives up on one that says nothing, and keeps what a failing one says. */
import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';
import type { ClientOptions } from 'minio';

/** An answer that the client would try again, of which it keeps no more than the number. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  /** The server's, such as `SlowDown`; `undefined` when it gives none. */
  readonly code: string | undefined;

  constructor(status: number, body: string) {
    const [code, message] = [tagged(body, 'Code'), tagged(body, 'Message')];
    super([`HTTP ${status}`, code, message].filter((part) => part !== undefined).join(', '));
    this.code = code;
  }
}

type Transport = NonNullable<ClientOptions['transport']>;
type Listener = (response: http.IncomingMessage) => void;

/** Of those, the client reads no body: the connection would stay open and nobody know why the server failed. */
function isTriedAgain(status = 0): boolean {
  return status === 408 || status === 429 || status === 499 || (status >= 500 && status !== 501 && status !== 507);
}

export function transportOf(secure: boolean): Transport {
  const { request: send } = secure ? https : http;
  return {
    request(to: http.RequestOptions | string | URL, more?: http.RequestOptions | Listener, last?: Listener) {
      const listener = typeof more === 'function' ? more : last;
      const options = typeof more === 'object' ? more : {};
      const answered: Listener = (response) => {
        if (!isTriedAgain(response.statusCode)) return listener?.(response);
        text(response)
          .then((body) => new AnswerError(response.statusCode ?? 0, body))
          .catch((error: unknown) => error)
          // The answer has come, so nothing else will make the request end.
          .then((error) => request.emit('error', error));
      };
      const request = typeof to === 'string' || to instanceof URL ? send(to, options, answered) : send(to, answered);
      return request;
    },
  };
}

/** Keeps connections, and ends one on which nothing moves for so long: a server that hangs answers nothing, for ever. */
export function patientAgent(secure: boolean, timeout: number): http.Agent {
  const options = { keepAlive: true, timeout };
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args);
    socket?.on('timeout', () => socket.destroy(new SilenceError(timeout)));
    return socket;
  };
  return agent;
}

class SilenceError extends Error {
  override readonly name = 'SilenceError';
  readonly code = 'ETIMEDOUT';

  constructor(timeout: number) {
    super(`nothing came for ${timeout / 1000} s`);
  }
}

function tagged(body: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(body)?.[1];
}
