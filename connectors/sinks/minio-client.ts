/** A client of an S3 endpoint that gives up on a server which says nothing. */
import { Client } from 'minio';
import { patientAgent, transportOf } from './minio-transport.ts';
import { SinkError } from './sink.ts';

export interface S3Options {
  /** Such as `http://127.0.0.1:9000` or `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  /** Of the bucket; the server is asked for it unless given. */
  readonly region?: string | undefined;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of keys that are lent for a time. */
  readonly sessionToken?: string | undefined;
  /** Whether the bucket is in the path of requests (default), or in the name of the host. */
  readonly pathStyle?: boolean | undefined;
  /** ms without a byte from or to the server until a request has failed. Default 30,000. */
  readonly timeout?: number | undefined;
}

export interface S3Client extends Disposable {
  readonly client: Client;
}

/** The most that S3 takes as one object in one request. The client would send larger ones in parts, which a crash leaves behind. */
const WHOLE = 5 * 1024 ** 3;

/** @throws SinkError REFUSED when the address is none */
export function openS3({ timeout = 30_000, ...options }: S3Options): S3Client {
  const { endpoint, accessKey, secretKey, sessionToken, region, pathStyle = true } = options;
  const { hostname, port, secure } = addressOf(endpoint);
  const agent = patientAgent(secure, timeout);
  const client = new Client({
    endPoint: hostname,
    useSSL: secure,
    accessKey,
    secretKey,
    pathStyle,
    partSize: WHOLE,
    transport: transportOf(secure),
    transportAgent: agent,
    // Whoever asked tries again, and says so: the client would write it to the terminal.
    retryOptions: { disableRetry: true },
    ...(port === undefined ? {} : { port }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(region === undefined ? {} : { region }),
  });
  return { client, [Symbol.dispose]: () => agent.destroy() };
}

function addressOf(endpoint: string): {
  readonly hostname: string;
  readonly port: number | undefined;
  readonly secure: boolean;
} {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new SinkError(
      'REFUSED',
      `${endpoint} is not the address of an object store: it is http:// or https://, a host and a port, such as http://127.0.0.1:9000`,
    );
  return {
    // An IPv6 address comes in brackets, which the client sets itself.
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    secure: url.protocol === 'https:',
  };
}
