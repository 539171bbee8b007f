import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { openConfluentRegistry } from './confluent-registry.ts';

const schema: Schema = { type: 'record', name: 'Visit', fields: [{ name: 'page', type: 'string' }] };
const found = { schema: JSON.stringify(schema), schemaType: 'AVRO' };
const unknownSchema = { error_code: 40403, message: 'Schema 7 not found' };
const unknownSubject = { error_code: 40401, message: "Subject 'a-value' not found." };

type Reply = (response: ServerResponse) => void;
const json =
  (status: number, body: unknown): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(body));
const page =
  (status: number): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html>It works!</html>');
const silence: Reply = () => {};
const breakOff: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
  response.write('{"schema":', () => response.destroy());
};

interface Asked {
  readonly what: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  readonly port: number | undefined;
}

interface Server extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** Answers in turn, by method and path; the last answer to a question holds. */
async function serve(replies: Readonly<Record<string, readonly Reply[]>>, at = 0): Promise<Server> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url}`;
    const body = await text(request);
    const before = asked.filter((other) => other.what === what).length;
    asked.push({ what, body, headers: request.headers, port: request.socket.remotePort });
    const turns = replies[what] ?? [json(500, { message: `${what} was not expected` })];
    turns[Math.min(before, turns.length - 1)]?.(response);
  });
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An address at which nobody listens. */
async function nowhere(): Promise<string> {
  await using server = await serve({});
  return server.url;
}

const unavailable = (message: RegExp) =>
  expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringMatching(message) });

describe('a schema registry that does not answer', () => {
  it('is UNAVAILABLE, with its address, what was asked and what comes next', async () => {
    const url = await nowhere();
    await using registry = await openConfluentRegistry({ url, patience: 300 });
    const says = new RegExp(`${url} did not say which schema has id 7 .*ECONNREFUSED.*must be started again`);
    await expect(registry.schemaOf(7)).rejects.toEqual(unavailable(says));
    await expect(registry.idOf('a-value', schema)).rejects.toEqual(unavailable(/which id a schema has under a-value/));
  });

  it('is asked again until it does', async () => {
    const url = await nowhere();
    await using registry = await openConfluentRegistry({ url });
    const waiting = registry.schemaOf(7);
    const replies = [json(503, { message: 'no leader yet' }), page(502), json(200, found)];
    await using server = await serve({ 'GET /schemas/ids/7': replies }, Number(new URL(url).port));
    expect(await waiting).toEqual(schema);
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    ['silent', silence],
    ['breaking off', breakOff],
    ['failing without a word', json(500, null)],
  ])('is UNAVAILABLE when it is %s for longer than its callers have patience', async (_what, reply) => {
    await using server = await serve({ 'GET /schemas/ids/7': [reply] });
    await using registry = await openConfluentRegistry({ url: server.url, patience: 200 });
    await expect(registry.schemaOf(7)).rejects.toEqual(unavailable(/no whole answer|answered 500/));
  });

  it('is asked anew after its callers gave up', async () => {
    await using server = await serve({ 'GET /schemas/ids/7': [silence, json(200, found)] });
    await using registry = await openConfluentRegistry({ url: server.url, patience: 100 });
    await expect(registry.schemaOf(7)).rejects.toEqual(unavailable(/asked once/));
    expect(await registry.schemaOf(7)).toEqual(schema);
  });

  it('keeps nobody waiting who closes it or has to stop', async () => {
    await using server = await serve({ 'GET /schemas/ids/7': [silence] });
    const closed = await openConfluentRegistry({ url: server.url });
    const stop = new AbortController();
    await using stopped = await openConfluentRegistry({ url: server.url, signal: stop.signal });
    const outcomes = Promise.allSettled([closed.schemaOf(7), stopped.schemaOf(7)]);
    await closed[Symbol.asyncDispose]();
    stop.abort();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable(/stopped asking/) });
    }
  });
});

describe('an answer that is not a schema registry’s', () => {
  it.each([
    ['a page', page(200)],
    ['a page that is not found', page(404)],
    ["a web server's 404", json(404, { error_code: 404, message: 'HTTP 404 Not Found' })],
    ['an id that is none', json(200, { id: '7' })],
    ['a redirection', (response: ServerResponse) => response.writeHead(302, { location: '/login' }).end()],
  ] as [string, Reply][])('says nothing about schemas: %s', async (_what, reply) => {
    await using server = await serve({ 'GET /schemas/ids/7': [reply], 'POST /subjects/a-value': [reply] });
    await using registry = await openConfluentRegistry({ url: server.url });
    await expect(registry.schemaOf(7)).rejects.toEqual(
      unavailable(/no schema registry's answer.*where its API begins/),
    );
    await expect(registry.idOf('a-value', schema)).rejects.toEqual(unavailable(/no schema registry's answer/));
    expect(server.asked).toHaveLength(2);
  });
});

describe('a schema by its id', () => {
  it('is asked for once, however many want it', async () => {
    await using server = await serve({ 'GET /schemas/ids/7': [json(200, found)] });
    await using registry = await openConfluentRegistry({ url: server.url });
    await Promise.all([registry.schemaOf(7), registry.schemaOf(7), registry.schemaOf(7)]);
    expect(await registry.schemaOf(7)).toEqual(schema);
    expect(server.asked).toHaveLength(1);
  });

  it('is UNKNOWN_SCHEMA when the registry does not know it, until it does', async () => {
    await using server = await serve({ 'GET /schemas/ids/7': [json(404, unknownSchema), json(200, found)] });
    await using registry = await openConfluentRegistry({ url: server.url });
    await expect(registry.schemaOf(7)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA' });
    expect(await registry.schemaOf(7)).toEqual(schema);
  });

  it('is not asked for when no registry can have given it', async () => {
    await using server = await serve({});
    await using registry = await openConfluentRegistry({ url: server.url });
    await expect(registry.schemaOf(-7)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA' });
    expect(server.asked).toHaveLength(0);
  });

  it.each([
    ['of another kind', { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }, /id 7 is PROTOBUF, not Avro/],
    ['in parts', { ...found, references: [{ name: 'B', subject: 'b', version: 1 }] }, /id 7 refers to other schemas/],
    ['that is no JSON', { schema: '{"type":' }, /id 7 is not JSON/],
  ])('is INVALID_SCHEMA when it is one %s', async (_what, body, message) => {
    await using server = await serve({ 'GET /schemas/ids/7': [json(200, body)] });
    await using registry = await openConfluentRegistry({ url: server.url });
    await expect(registry.schemaOf(7)).rejects.toMatchObject({
      code: 'INVALID_SCHEMA',
      message: expect.stringMatching(message),
    });
  });
});

describe('the id of a schema', () => {
  const fresh = {
    'POST /subjects/a-value': [json(404, unknownSubject)],
    'GET /subjects/a-value/versions/latest': [json(404, unknownSubject)],
    'PUT /config/a-value': [json(200, { compatibility: 'BACKWARD' })],
    'POST /subjects/a-value/versions': [json(200, { id: 7 })],
  };

  it('is asked for in one request where it is registered, and then known', async () => {
    await using server = await serve({ 'POST /subjects/a-value': [json(200, { id: 7, version: 1, ...found })] });
    await using registry = await openConfluentRegistry({ url: server.url });
    const ids = await Promise.all([registry.idOf('a-value', schema), registry.idOf('a-value', { ...schema })]);
    expect(ids).toEqual([7, 7]);
    expect(await registry.idOf('a-value', schema)).toBe(7);
    expect(server.asked.map(({ what }) => what)).toEqual(['POST /subjects/a-value']);
  });

  it('is given under BACKWARD from the first schema on, over one connection', async () => {
    await using server = await serve(fresh);
    await using registry = await openConfluentRegistry({ url: server.url });
    expect(await registry.idOf('a-value', schema)).toBe(7);
    expect(server.asked.map(({ what }) => what)).toEqual(Object.keys(fresh));
    expect(server.asked[2]?.body).toBe('{"compatibility":"BACKWARD"}');
    expect(new Set(server.asked.map(({ port }) => port)).size).toBe(1);
  });

  it.each([
    ['who may register but not configure', 403, 'Forbidden'],
    ['who configures while another does', 409, "A rule named 'COMPATIBILITY' already exists."],
  ])('is given to %s', async (_who, status, message) => {
    await using server = await serve({ ...fresh, 'PUT /config/a-value': [json(status, { message })] });
    await using registry = await openConfluentRegistry({ url: server.url });
    expect(await registry.idOf('a-value', schema)).toBe(7);
  });

  it.each([
    [409, 409, 'INCOMPATIBLE', 'Schema being registered is incompatible with an earlier schema'],
    [422, 42201, 'INVALID_SCHEMA', 'Input schema is an invalid Avro schema'],
  ])('is refused with what the registry says: %i', async (status, error_code, code, message) => {
    const refused = { 'POST /subjects/a-value/versions': [json(status, { error_code, message })] };
    await using server = await serve({ ...fresh, ...refused });
    await using registry = await openConfluentRegistry({ url: server.url });
    const says = expect.stringContaining(`${message}. Nothing was registered`);
    await expect(registry.idOf('a-value', schema)).rejects.toMatchObject({ code, message: says });
  });
});

describe('a schema registry that only reads', () => {
  it('is UNAVAILABLE for a new schema, at once and with its own words', async () => {
    await using server = await serve({
      'POST /subjects/a-value': [json(404, unknownSubject)],
      'GET /subjects/a-value/versions/latest': [json(404, unknownSubject)],
      'PUT /config/a-value': [json(422, { error_code: 42205, message: 'Registry is in read-only mode' })],
      'POST /subjects/a-value/versions': [json(422, { error_code: 42205, message: 'Registry is in read-only mode' })],
    });
    await using registry = await openConfluentRegistry({ url: server.url });
    const says =
      /did not say that it registered a schema under a-value .*it refuses, "Registry is in read-only mode"\)/;
    await expect(registry.idOf('a-value', schema)).rejects.toEqual(unavailable(says));
    expect(server.asked).toHaveLength(4);
  });
});

describe('credentials', () => {
  const basic = `Basic ${Buffer.from('ann:s3cret%').toString('base64')}`;

  it.each([
    ['a name and a password', '', { username: 'ann', password: 's3cret%' }, basic],
    ['those of the address', 'ann:s3cret%25@', undefined, basic],
    ['a token', '', { token: 't0ken' }, 'Bearer t0ken'],
  ])('are sent: %s', async (_what, inUrl, auth, authorization) => {
    await using server = await serve({ 'GET /schemas/ids/7': [json(200, found)] });
    const url = server.url.replace('//', `//${inUrl}`);
    await using registry = await openConfluentRegistry({ url, auth, clientId: 'shop' });
    await registry.schemaOf(7);
    expect(server.asked[0]?.headers).toMatchObject({
      authorization,
      'user-agent': expect.stringContaining('shop'),
    });
  });

  it.each([
    ['refused', json(401, { error_code: 401, message: 'Unauthorized' })],
    ['not needed, as it is silent', silence],
    ['taken by something else', page(200)],
  ])('are in no error, when they are %s', async (_what, reply) => {
    await using server = await serve({ 'GET /schemas/ids/7': [reply] });
    const url = server.url.replace('//', '//ann:s3cret@');
    await using registry = await openConfluentRegistry({ url, patience: 100 });
    const error: unknown = await registry.schemaOf(7).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(server.url) });
    const all = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
    expect(all).not.toMatch(/s3cret|ann:|authorization/i);
    expect(all).not.toContain(Buffer.from('ann:s3cret').toString('base64'));
  });

  it('are in no error about an address that is none', async () => {
    const error: unknown = await openConfluentRegistry({ url: 'ann:s3cret@registry' }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('http://localhost:8081') });
    expect(inspect(error)).not.toContain('s3cret');
  });
});
