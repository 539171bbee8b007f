/** For tests: a way to MariaDB that breaks off when a COMMIT has gone by, so that its answer never comes. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutAtCommit extends AsyncDisposable {
  readonly port: number;
  /** How often it broke off. */
  readonly cuts: () => number;
}

/** @param times the first so many commits */
export async function cutAtCommit(
  to: { readonly host: string; readonly port: number },
  times: number,
): Promise<CutAtCommit> {
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(to.port, to.host);
    for (const socket of [client, behind]) {
      open.add(socket);
      // Either end may be gone at any time, which is what this is for.
      socket.on('error', () => socket.destroy());
    }
    let silent = false;
    client.on('data', (bytes: Buffer) => {
      if (cuts < times && bytes.includes('COMMIT')) {
        cuts += 1;
        silent = true;
      }
      behind.write(bytes);
    });
    // The answer: it has happened.
    behind.on('data', (bytes: Buffer) => (silent ? client.destroy() : client.write(bytes)));
    client.on('close', () => behind.destroy());
    behind.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = portOf(server.address());
  return {
    port,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address;
}
