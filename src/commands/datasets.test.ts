import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasets } from '../../datasets/load.ts';
import { origins } from '../../datasets/origins.ts';
import { testFolder } from './data-folder.testing.ts';
import { fetchFile } from './datasets/fetch-file.ts';
import { ebb, ebbOk } from './ebb.testing.ts';

const folder = testFolder();
const content = Buffer.from('rows of a dataset\n'.repeat(10_000));
const sha256 = createHash('sha256').update(content).digest('hex');
const server = createServer((request, response) => {
  if (request.url === '/cut-off') {
    response.writeHead(200, { 'content-length': String(content.length) });
    response.write(content.subarray(0, 1_000), () => response.destroy());
  } else response.writeHead(request.url === '/file' ? 200 : 404).end(content);
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe('ebb datasets', () => {
  it('lists every dataset with its licence', async () => {
    const { stdout } = await ebbOk('datasets');
    for (const name of datasets.keys()) expect(stdout).toContain(name);
    expect([...origins.keys()].sort()).toEqual([...datasets.keys()].sort());
  });

  it('says how to get what cannot be fetched', async () => {
    const { code, stdout } = await ebb('datasets', 'get', 'cdnow');
    expect(code).toBe(1);
    expect(stdout).toContain('https://www.brucehardie.com/datasets/');
  });

  it('throws away what is not the file that it knows', async () => {
    const to = join(folder, 'wrong.zip');
    const { code, stderr } = await ebb('datasets', 'get', 'online-retail', '--from', `${url}/file`, '--to', to);
    expect([code, existsSync(to), existsSync(`${to}.part`)]).toEqual([1, false, false]);
    expect(stderr).toContain(`its SHA-256 is ${sha256} instead of f5385cbb`);
  });

  it('names the datasets there are', async () => {
    expect((await ebb('datasets', 'get', 'cd-now')).stderr).toContain('the names are cdnow, online-retail');
  });
});

describe('fetching a file', () => {
  const { signal } = new AbortController();

  it('leaves it where it should be, with progress', async () => {
    const to = join(folder, 'file');
    let last = 0;
    const onProgress = (done: number): void => {
      last = done;
    };
    expect(await fetchFile({ url: `${url}/file`, to, sha256, signal, onProgress })).toEqual({ bytes: content.length });
    expect(readFileSync(to).equals(content)).toBe(true);
    expect(last).toBe(content.length);
  });

  it.each(['/cut-off', '/missing'])('leaves nothing of %s', async (path) => {
    const to = join(folder, 'nothing');
    await expect(fetchFile({ url: `${url}${path}`, to, sha256, signal })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect([existsSync(to), existsSync(`${to}.part`)]).toEqual([false, false]);
  });
});
