import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMinioSink } from './minio.ts';
import { batchOf, records } from './sample-events.ts';

/** What the store answers next. */
let answer: readonly [status: number, code: string, message?: string] = [200, ''];
let server: Server;
beforeEach(async () => {
  server = createServer((request, response) => {
    const [status, code, message = ''] = answer;
    request
      .resume()
      .on('end', () =>
        response.writeHead(status).end(code && `<Error><Code>${code}</Code><Message>${message}</Message></Error>`),
      );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function open(endpoint = `http://127.0.0.1:${portOf(server)}`) {
  const keys = { accessKey: 'key', secretKey: 'secret', region: 'us-east-1' };
  return openMinioSink({ endpoint, ...keys, bucket: 'made', shop: 'demo', createBucket: false, timeout: 200 });
}

function portOf(listening: Server): number {
  const address = listening.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

const range = batchOf('events', records(0, 40));

describe('an error of an object store', () => {
  it.each([
    [507, 'XMinioStorageFull', 'FULL', 'no space left'],
    [400, 'XMinioAdminBucketQuotaExceeded', 'FULL', 'quota'],
    [403, 'SignatureDoesNotMatch', 'REFUSED', 'secret key'],
    [403, 'InvalidAccessKeyId', 'REFUSED', 'access key'],
    [403, 'AccessDenied', 'REFUSED', 's3:PutObject'],
    [403, 'RequestTimeTooSkewed', 'REFUSED', 'clock'],
    [403, '', 'REFUSED', 's3:PutObject'],
    [400, 'AuthorizationHeaderMalformed', 'REFUSED', 'region'],
    [400, 'SomethingNew', 'REFUSED', 'SomethingNew'],
    [404, 'NoSuchBucket', 'REFUSED', 'no such bucket'],
    [409, 'ConditionalRequestConflict', 'UNAVAILABLE', 'tried again'],
    [500, 'InternalError', 'UNAVAILABLE', 'HTTP 500, InternalError'],
    [503, 'SlowDown', 'UNAVAILABLE', 'is busy'],
    [503, '', 'UNAVAILABLE', '503'],
  ])('%d %s is %s', async (status, code, kind, words) => {
    answer = [status, code];
    await using sink = open();
    await expect(sink.put(range, false)).rejects.toMatchObject({ code: kind, message: expect.stringContaining(words) });
  });

  it('is FULL also when MinIO finds its disk full by writing', async () => {
    answer = [500, 'InternalError', 'We encountered an internal error: cause(no space left on device)'];
    await using sink = open();
    await expect(sink.put(range, false)).rejects.toMatchObject({ code: 'FULL' });
  });

  it('is over when the store is well again, whatever its answers left behind', async () => {
    answer = [503, 'SlowDown'];
    await using sink = open();
    for (let tries = 0; tries < 3; tries++)
      await expect(sink.put(range, false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    answer = [200, ''];
    await sink.put(range, true);
  });

  it('may be of the connection: nobody there, somebody else there', async () => {
    await using secure = open(`https://127.0.0.1:${portOf(server)}`);
    await expect(secure.put(range, false)).rejects.toMatchObject({ code: 'REFUSED' });
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    await using nobody = open(`http://127.0.0.1:${portOf(closed)}`);
    closed.close();
    await expect(nobody.put(range, false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await using nowhere = open('http://nowhere.invalid:9000');
    await expect(nowhere.put(range, false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('takes addresses of every kind', async () => {
    for (const endpoint of ['http://[::1]:9000', 'https://s3.eu-central-1.amazonaws.com', 'http://minio:9000/'])
      await open(endpoint)[Symbol.asyncDispose]();
  });

  it.each(['minio:9000', '127.0.0.1:9000', 'http://127.0.0.1:9000/minio', ''])(
    'REFUSED: the address "%s"',
    (endpoint) => {
      expect(() => open(endpoint)).toThrow('is not the address of an object store');
    },
  );
});
