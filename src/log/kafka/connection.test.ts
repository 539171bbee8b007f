import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';

const open: { readonly server: Server; readonly sockets: Socket[] }[] = [];

afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

describe('a connection to a broker that takes what it is asked and never answers', () => {
  it('is closed all the same, and what was asked fails', { timeout: 20_000 }, async () => {
    const { address, asked } = await silentBroker();
    const connection = new Connection({ brokers: [address] });
    const nodes = expect(connection.nodes()).rejects.toThrow(/not waited for any longer|No broker answers/);
    await asked;

    await connection.close();

    await nodes;
  });
});

async function silentBroker(): Promise<{ readonly address: string; readonly asked: Promise<unknown> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => server.emit('asked'));
  });
  open.push({ server, sockets });
  const asked = once(server, 'asked');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on a port');
  return { address: `127.0.0.1:${address.port}`, asked };
}
