import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, printed, startEbb } from './ebb.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');

beforeAll(async () => {
  await ebbOk('generate', '--preset', 'transactions', '--count', '10', '--history', '1', '--data', data);
});

interface Printed {
  readonly url: string;
  readonly token?: string;
}

it('serves until it is told to stop', async () => {
  const started = startEbb(['dashboard', '--port', '0', '--json', '--data', data]);
  const { url, token } = await printed<Printed>(started);
  expect(token).toBeUndefined();
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
  expect((await fetch(`${url}/api/openapi.json`)).status).toBe(200);
  started.child.kill('SIGTERM');
  expect(await started.ended).toMatchObject({ code: 0 });
});

it('makes a token where others can reach it, and shows that once', async () => {
  const started = startEbb(['dashboard', '--port', '0', '--host', '0.0.0.0', '--json', '--data', data]);
  const { url, token = '' } = await printed<Printed>(started);
  expect(token.length).toBeGreaterThan(30);
  const address = `${url.replace('0.0.0.0', '127.0.0.1')}/api/openapi.json`;
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(address, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
});

it('says that its port is taken, and `up` goes on without it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  try {
    const { code, stderr } = await ebb('dashboard', '--port', String(port), '--data', data);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: another program listens there. Give --port another`);
    const settings = { EBB_LOG_LEVEL: 'warn', EBB_LOG_FORMAT: 'json' };
    const args = [
      'up',
      '--for',
      '2s',
      '--customers',
      '20',
      '--port',
      String(port),
      '--json',
      '--data',
      join(folder, 'up'),
    ];
    const up = await startEbb(args, '', settings).ended;
    expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining('"no-dashboard"') });
    expect(JSON.parse(up.stdout)).toMatchObject({ shop: 'demo', generated: { ended: 'signal' } });
  } finally {
    taken.close();
  }
});
