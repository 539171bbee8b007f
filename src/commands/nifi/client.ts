import { readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { z } from 'zod';

export type NifiErrorCode = 'UNREACHABLE' | 'UNAUTHORISED' | 'REFUSED' | 'UNEXPECTED';

export class NifiError extends Error {
  override readonly name = 'NifiError';
  readonly code: NifiErrorCode;
  /** Of the answer that was no success. */
  readonly status: number | undefined;

  constructor(code: NifiErrorCode, message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status;
  }
}

export interface NifiAddress {
  /** Such as `https://localhost:8443`. */
  readonly url: string;
  /** With a password: NiFi gives a token for them. Without: it asks nobody who they are. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM file of the authority that signed its certificate. */
  readonly ca?: string | undefined;
}

export interface Part {
  readonly name: string;
  readonly file?: string;
  readonly content: string;
}

export type Body =
  | { readonly json: unknown }
  | { readonly form: URLSearchParams }
  | { readonly parts: readonly Part[] };

/** NiFi's REST API. */
export interface Nifi {
  readonly url: string;
  /** @throws NifiError when there is no answer of this shape */
  ask<T>(method: Method, path: string, shape: z.ZodType<T>, body?: Body): Promise<T>;
  /** The answer's text. @throws NifiError when it is no success */
  text(method: Method, path: string, body?: Body): Promise<string>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** ms. A flow is made in one request. */
const LONGEST = 60_000;
const QUOTED = 500;

/** Logs in where there is a password. @throws NifiError UNREACHABLE, UNAUTHORISED */
export async function openNifi({ url, user, password, ca }: NifiAddress): Promise<Nifi> {
  const base = `${url.replace(/\/+$/, '').replace(/\/nifi(-api)?$/, '')}/nifi-api`;
  const authority = ca === undefined ? {} : { ca: readFileSync(ca) };
  let token: string | undefined;

  async function text(method: Method, path: string, body?: Body): Promise<string> {
    const { type, bytes } = encoded(body);
    const headers = {
      ...(type === undefined ? {} : { 'content-type': type, 'content-length': String(bytes.length) }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await send(`${base}${path}`, { method, headers, ...authority }, bytes);
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    const said = answer.text.trim().slice(0, QUOTED) || 'nothing';
    if (answer.status === 401 || answer.status === 403) {
      const how = user === undefined ? 'give --user, and EBB_NIFI_PASSWORD' : `check what ${user} may do there`;
      throw new NifiError('UNAUTHORISED', `NiFi at ${url} lets us in no further (${answer.status}): ${said}: ${how}`, {
        status: answer.status,
      });
    }
    throw new NifiError('REFUSED', `NiFi at ${url} answered ${answer.status} to ${method} ${path}: ${said}`, {
      status: answer.status,
    });
  }

  if (user !== undefined && password !== undefined)
    token = await text('POST', '/access/token', { form: new URLSearchParams({ username: user, password }) });
  return {
    url,
    text,
    async ask(method, path, shape, body) {
      const said = await text(method, path, body);
      const parsed = shape.safeParse(jsonOf(said));
      if (parsed.success) return parsed.data;
      throw new NifiError(
        'UNEXPECTED',
        `what NiFi at ${url} answered to ${method} ${path} is not what is known of it:\n${z.prettifyError(parsed.error)}`,
      );
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: that is not of the shape either.
    return undefined;
  }
}

interface SendOptions {
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: Buffer;
}

function send(address: string, options: SendOptions, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const fail = (cause: Error): void =>
    reject(new NifiError('UNREACHABLE', `${address} does not answer: ${cause.message}`, { cause }));
  const request = (address.startsWith('https:') ? secure : plain)(
    address,
    { ...options, signal: AbortSignal.timeout(LONGEST) },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    },
  );
  request.on('error', fail);
  request.end(body);
  return promise;
}

const BOUNDARY = 'ebb-7c1f0a52d4e84b6f';

function encoded(body: Body | undefined): { readonly type?: string; readonly bytes: Buffer } {
  if (body === undefined) return { bytes: Buffer.alloc(0) };
  if ('json' in body) return { type: 'application/json', bytes: Buffer.from(JSON.stringify(body.json)) };
  if ('form' in body) return { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(body.form.toString()) };
  const parts = body.parts.map(({ name, file, content }) => {
    const of = `content-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}`;
    const type = file === undefined ? '' : `\r\ncontent-type: application/octet-stream`;
    return `--${BOUNDARY}\r\n${of}${type}\r\n\r\n${content}\r\n`;
  });
  return {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    bytes: Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`),
  };
}
