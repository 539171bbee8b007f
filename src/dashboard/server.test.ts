import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { LogError } from '../log/log.ts';
import type { Api } from './api.ts';
import { failureShape } from './failure.ts';
import { type Asking, ask, codeOf, testServer } from './server.testing.ts';
import { shapeOf } from './shape.ts';

const echo = (api: Api): void => {
  const anything = shapeOf(z.unknown());
  api.get({ path: '/api/secret', summary: 'A secret', answer: anything }, () => ({ secret: 42 }));
  api.get(
    {
      path: '/api/things/:id',
      summary: 'A thing',
      params: shapeOf(z.strictObject({ id: z.string().max(400) })),
      query: shapeOf(z.strictObject({ limit: z.coerce.number().int().max(10).default(3) })),
      answer: anything,
    },
    ({ params, query }) => ({ ...params, ...query }),
  );
  api.post(
    {
      path: '/api/echo',
      summary: 'Says it again',
      body: shapeOf(z.strictObject({ say: z.string() })),
      answer: anything,
    },
    ({ body }) => body,
  );
  api.get({ path: '/api/defect', summary: 'Fails', answer: anything }, () => {
    throw new Error('the insides: /etc/passwd');
  });
  api.get({ path: '/api/away', summary: 'Has no log', answer: anything }, () => {
    throw new LogError('UNAVAILABLE', 'broker 10.0.0.7:9092 does not answer');
  });
  api.get({ path: '/api/rare', summary: 'Not often', answer: anything, rate: 2 }, () => ({}));
};
const post = (body: string, type?: string): Asking => ({
  method: 'POST',
  body,
  ...(type === undefined ? {} : { headers: { 'content-type': type } }),
});

describe('a server on loopback', () => {
  it('lives, and answers what routes give', async () => {
    const { url } = await testServer({ routes: echo });
    expect(await ask(url, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await ask(url, '/api/things/a%20b?limit=7')).toMatchObject({ status: 200, text: '{"id":"a b","limit":7}' });
  });

  it('says which places of a request are wrong', async () => {
    const { url } = await testServer({ routes: echo });
    const { status, text } = await ask(url, '/api/things/1?limit=11&sort=up');
    expect(status).toBe(400);
    const { error } = failureShape.parse(JSON.parse(text));
    expect(error.code).toBe('INVALID_REQUEST');
    expect(error.issues?.map(({ path }) => path)).toEqual(['query.limit', 'query']);
  });

  it.each([
    ['by the name that its host has on the network of an attacker', 'evil.example:7070'],
    ['by an address that is not its own', '10.1.2.3:7070'],
    ['by a name that begins like its own', 'localhost.evil.example'],
    ['by no name that could be one', 'local host'],
  ])('is not to be asked %s', async (_, host) => {
    const { url } = await testServer({ routes: echo });
    const answered = await ask(url, '/api/secret', { headers: { host } });
    expect(answered.status).toBe(403);
    expect(codeOf(answered)).toBe('FOREIGN_HOST');
  });

  it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST:9000'])('is to be asked as %s', async (host) => {
    const { url } = await testServer({ routes: echo });
    expect(await ask(url, '/api/secret', { headers: { host } })).toMatchObject({ status: 200 });
  });

  it('is to be asked by names that it was given', async () => {
    const { url } = await testServer({ routes: echo, names: ['shop.example'] });
    const headers = { host: 'shop.example', origin: 'https://shop.example' };
    expect(await ask(url, '/api/secret', { headers })).toMatchObject({ status: 200 });
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
    ['another site, without saying which', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('answers nothing to a page of %s', async (_, headers) => {
    const { url } = await testServer({ routes: echo });
    for (const asking of [
      { headers },
      { ...post('{"say":"x"}'), headers: { ...headers, 'content-type': 'application/json' } },
    ]) {
      const answered = await ask(url, asking.headers === headers ? '/api/secret' : '/api/echo', asking);
      expect(answered.status).toBe(403);
      expect(codeOf(answered)).toBe('FOREIGN_ORIGIN');
      expect(answered.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('answers to its own page, and to a link that somebody follows', async () => {
    const { url } = await testServer({ routes: echo });
    expect(await ask(url, '/api/secret', { headers: { origin: url, 'sec-fetch-site': 'same-origin' } })).toMatchObject({
      status: 200,
    });
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await ask(url, '/healthz', { headers: visit })).toMatchObject({ status: 200 });
  });

  it.each([
    ['text', post('{"say":"x"}', 'text/plain'), 415, 'NOT_JSON'],
    ['a form', post('say=x', 'application/x-www-form-urlencoded'), 415, 'NOT_JSON'],
    ['something without a type', post('{"say":"x"}'), 415, 'NOT_JSON'],
    ['JSON that is broken', post('{"say":', 'application/json'), 400, 'INVALID_JSON'],
    ['nothing', post('', 'application/json'), 400, 'INVALID_JSON'],
    ['JSON that means something else', post('{"said":"x"}', 'application/json'), 400, 'INVALID_REQUEST'],
    ['JSON that poisons prototypes', post('{"say":"x","__proto__":{}}', 'application/json'), 400, 'INVALID_JSON'],
    ['too much', post(`{"say":"${'x'.repeat(70_000)}"}`, 'application/json'), 413, 'TOO_LARGE'],
  ])('refuses a body that is %s', async (_, asking, status, code) => {
    const { url } = await testServer({ routes: echo });
    const answered = await ask(url, '/api/echo', asking);
    expect(answered.status).toBe(status);
    expect(codeOf(answered)).toBe(code);
  });

  it.each([
    '/api/nothing',
    '/api/things/%E0%A4%A',
    `/api/things/${'x'.repeat(600)}`,
    '/../../package.json',
    '/%2e%2e/server.ts',
  ])('says in the one shape that there is no %s', async (path) => {
    const { url } = await testServer({ routes: echo });
    const answered = await ask(url, path);
    expect(answered.status).toBeGreaterThanOrEqual(400);
    expect(answered.status).toBeLessThan(500);
    failureShape.parse(JSON.parse(answered.text));
  });

  it('tells who asks nothing of a defect, and its owner everything', async () => {
    const defects: unknown[] = [];
    const { url } = await testServer({ routes: echo, onError: (error, request) => defects.push([request, error]) });
    const answered = await ask(url, '/api/defect');
    expect(answered.status).toBe(500);
    expect(codeOf(answered)).toBe('INTERNAL');
    expect(answered.text).not.toMatch(/insides|passwd|\.ts/);
    expect(defects).toEqual([['GET /api/defect', expect.objectContaining({ message: 'the insides: /etc/passwd' })]]);
  });

  it('says when to ask again while the log is away', async () => {
    const { url } = await testServer({ routes: echo });
    const answered = await ask(url, '/api/away');
    expect(answered).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(answered.text).not.toContain('10.0.0.7');
  });

  it('says when to ask again to who asks too often', async () => {
    const { url } = await testServer({ routes: echo });
    const statuses = [];
    for (let time = 0; time < 4; time++) statuses.push(await ask(url, '/api/rare'));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expect(codeOf(statuses[3] ?? { status: 0, headers: {}, text: '' })).toBe('TOO_MANY_REQUESTS');
    expect(Number(statuses[3]?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('tells browsers to run its own scripts only, and to be in no frame', async () => {
    const { url } = await testServer({ routes: echo });
    for (const path of ['/', '/api/secret', '/api/nothing']) {
      const { headers } = await ask(url, path);
      expect(headers['content-security-policy']).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect((await ask(url, '/api/secret')).headers['cache-control']).toBe('no-store');
  });

  it('says that its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    await expect(testServer({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: another program`);
  });

  it('ends while a stream goes on', async () => {
    const ended = Promise.withResolvers<void>();
    const server = await testServer({
      routes: (api) =>
        api.stream(
          { path: '/api/forever', summary: 'For ever', gives: { type: 'text/plain', description: 'dots' } },
          async ({ reply }) => {
            reply.hijack();
            reply.raw.write('.');
            api.signal.addEventListener('abort', () => ended.resolve());
            await ended.promise;
            reply.raw.end();
          },
        ),
    });
    const asked = ask(server.url, '/api/forever').catch((error: unknown) => error);
    await sleep(50);
    await server[Symbol.asyncDispose]();
    await ended.promise;
    await asked;
  });
});

describe('a server with a token', () => {
  const token = 'a-token-of-enough-letters';
  const start = () => testServer({ routes: echo, token });
  const signIn = (url: string, given: string, headers = {}) =>
    ask(url, '/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token: given }),
    });

  it.each(['/api/secret', '/%61pi/secret', '/api/things/1', '/api/secret?token=a-token-of-enough-letters'])(
    'gives %s to nobody without it',
    async (path) => {
      const { url } = await start();
      const answered = await ask(url, path);
      expect(answered.status).toBe(401);
      expect(answered.text).not.toContain('42');
    },
  );

  it('says that it lives, and whether a token is needed, to everybody', async () => {
    const { url } = await start();
    expect(await ask(url, '/healthz')).toMatchObject({ status: 200 });
    expect(await ask(url, '/api/session')).toMatchObject({ text: '{"needed":true,"signedIn":false}' });
  });

  it('takes it in a header', async () => {
    const { url } = await start();
    const headers = { authorization: `Bearer ${token}` };
    expect(await ask(url, '/api/secret', { headers })).toMatchObject({ status: 200, text: '{"secret":42}' });
    expect(await ask(url, '/api/secret', { headers: { authorization: 'Bearer another' } })).toMatchObject({
      status: 401,
    });
  });

  it('gives a cookie for it that no script reads and no other site sends', async () => {
    const { url } = await start();
    const signedIn = await signIn(url, token);
    const [cookie = ''] = signedIn.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(token);
    const sent = { cookie: `theme=dark; ${cookie.split(';')[0]}` };
    expect(await ask(url, '/api/secret', { headers: sent })).toMatchObject({ status: 200 });
    expect(await ask(url, '/api/secret', { headers: { ...sent, origin: 'https://evil.example' } })).toMatchObject({
      status: 403,
    });
  });

  it('lets browsers send the cookie by TLS only where they came by TLS', async () => {
    const { url } = await start();
    const { headers } = await signIn(url, token, { origin: url.replace('http:', 'https:') });
    expect(headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  });

  it('takes no cookie that is forged, or older than a week', async () => {
    let now = Date.now();
    const { url } = await testServer({ routes: echo, token, now: () => now });
    const cookie = (await signIn(url, token)).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const longer = cookie.replace(/=\d+/, (text) => `${text}9`);
    expect(await ask(url, '/api/secret', { headers: { cookie: longer } })).toMatchObject({ status: 401 });
    now += 8 * 86_400_000;
    expect(await ask(url, '/api/secret', { headers: { cookie } })).toMatchObject({ status: 401 });
  });

  it('lets nobody try tokens as fast as they like', async () => {
    const { url } = await start();
    const tries = await Promise.all(Array.from({ length: 12 }, (_, index) => signIn(url, `guess-${index}`)));
    expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([401, 429]));
  });

  it('lets nobody try them by another route, either, for a while', async () => {
    let now = Date.now();
    const { url } = await testServer({ routes: echo, token, now: () => now });
    const statusOf = async (tried: string) =>
      (await ask(url, '/api/secret', { headers: { authorization: `Bearer ${tried}` } })).status;
    for (let index = 0; index < 10; index++) expect(await statusOf(`guess-${index}`)).toBe(401);
    expect([await statusOf('guess'), await statusOf(token)]).toEqual([429, 429]);
    now += 10_000;
    expect(await statusOf(token)).toBe(200);
  });
});
