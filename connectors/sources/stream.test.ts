import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type DescriptorInput, parseDescriptor } from '../../datasets/descriptor.ts';
import type { SourceRow } from './source.ts';
import { openStream, type StreamOptions } from './stream.ts';

const input: DescriptorInput = {
  name: 'live',
  title: 'A live shop',
  format: { kind: 'json' },
  columns: { eventId: 'id', customer: 'customer.id', time: 'at', amount: 'total' },
  time: { patterns: ['ISO'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true, disorder: 5000 },
  amount: 'column',
  kind: { constant: 'PURCHASE' },
};
const descriptor = parseDescriptor(input, 'test');
const event = { id: 'e1', customer: { id: 'c1' }, at: '2024-01-01T00:00:00Z', total: 2.5 };
const cells = { id: 'e1', 'customer.id': 'c1', at: '2024-01-01T00:00:00Z', total: 2.5 };
const options: StreamOptions = { now: () => 1_000_000, random: () => 0 };

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve))));

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const address = started.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/events`;
}

/** Reads until `count` rows are there, or the stream ends. */
async function take(url: string, count: number, changes: Partial<StreamOptions> = {}, from?: string) {
  const source = openStream(url, descriptor, { ...options, ...changes });
  const rows: SourceRow[] = [];
  const watermarks: number[] = [];
  for await (const batch of source.read({
    ...(from === undefined ? {} : { from }),
    signal: new AbortController().signal,
  })) {
    rows.push(...batch.rows);
    if (batch.watermark !== undefined) watermarks.push(batch.watermark);
    if (rows.length >= count) break;
  }
  return { rows, watermarks };
}

describe('a stream over HTTP', () => {
  it('gives JSON lines as rows, nested names with dots, and its own clock as watermark', async () => {
    const url = await serve((_, response) => response.end(`${JSON.stringify(event)}\n\n[${JSON.stringify(event)}]\n`));
    const { rows, watermarks } = await take(url, 9, { reconnect: false });
    expect(rows).toEqual([
      { row: 1, columns: cells },
      { row: 2, columns: cells },
    ]);
    expect(watermarks[0]).toBe(995_000);
  });

  it('gives server-sent events', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.end(`: hello\nid: 1\nevent: sale\ndata: ${JSON.stringify(event)}\n\n`);
    });
    expect((await take(url, 1, { reconnect: false })).rows).toEqual([{ row: 1, columns: cells }]);
  });

  it('makes malformed rows of what is not JSON, and keeps fields without a column', async () => {
    const more = JSON.stringify({ ...event, coupon: 'X' });
    const url = await serve((_, response) => response.end(`{"id": \n42\n${more}\n`));
    expect((await take(url, 3, { reconnect: false })).rows).toEqual([
      { row: 1, columns: { line: '{"id": ' }, malformed: 'it is not JSON' },
      { row: 2, columns: { line: '42' }, malformed: 'it is JSON, but not an object' },
      { row: 3, columns: cells, text: more },
    ]);
  });

  it('keeps ids above 2^53 and long decimals as text', async () => {
    const url = await serve((_, response) => response.end('{"id":9007199254740993,"total":123456789012345.67}\n'));
    expect((await take(url, 1, { reconnect: false })).rows[0]?.columns).toMatchObject({
      id: '9007199254740993',
      total: '123456789012345.67',
    });
  });

  it('connects again when it is cut off, and goes on counting', async () => {
    let connections = 0;
    const url = await serve((_, response) => {
      connections++;
      response.write(`${JSON.stringify({ ...event, id: `e${connections}` })}\n`);
      setTimeout(() => response.destroy(), 20);
    });
    const waits: number[] = [];
    const { rows } = await take(url, 2, { onRetry: (_, wait) => waits.push(wait) }, '10');
    expect(rows.map(({ row, columns }) => [row, columns.id])).toEqual([
      [11, 'e1'],
      [12, 'e2'],
    ]);
    expect(waits[0]).toBe(250);
  });

  it('that never stood is an error with its address', async () => {
    const url = await serve((_, response) => {
      response.statusCode = 404;
      response.end();
    });
    await expect(take(url, 1)).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('404') });
    await expect(take('http://127.0.0.1:1/x', 1)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('ends when it is told to', async () => {
    const url = await serve((_, response) => void response.write(`${JSON.stringify(event)}\n`));
    const stop = new AbortController();
    const rows: SourceRow[] = [];
    for await (const batch of openStream(url, descriptor, options).read({ signal: stop.signal })) {
      rows.push(...batch.rows);
      stop.abort();
    }
    expect(rows).toHaveLength(1);
  });
});

describe('a stream over WebSocket', () => {
  it('gives each message as rows', async () => {
    const url = await serve((_, response) => response.end());
    server?.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      for (const text of [JSON.stringify(event), `[${JSON.stringify(event)},7]`]) socket.write(frame(text));
      socket.on('data', () => socket.end());
    });
    const { rows } = await take(url.replace('http', 'ws'), 3);
    expect(rows.map(({ row, malformed }) => [row, malformed])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'it is JSON, but not an object'],
    ]);
  });

  it('that cannot be reached is an error', async () => {
    await expect(take('ws://127.0.0.1:1/x', 1)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

/** One unmasked text frame. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}
