import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Hdfs, startHdfs } from '../../scripts/stack/hdfs.ts';
import { copyDown, filesBelow } from './hdfs.testing.ts';
import { openHdfsSink } from './hdfs.ts';
import { type HdfsClient, openHdfs } from './hdfs-client.ts';
import { eventIdsInOrder } from './lake.testing.ts';
import { compact, fill, ids, type LakePlace, lakeContract, ranges } from './lake-contract.ts';
import { openHdfsLake } from './lake-hdfs.ts';
import { SinkError } from './sink.ts';

let dir = '';
let hdfs: Hdfs;
let client: HdfsClient;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-hdfs-'));
  hdfs = await startHdfs({ dir });
  client = openHdfs({ url: hdfs.url, user: hdfs.superuser });
});
afterAll(async () => {
  client[Symbol.dispose]();
  await hdfs.close();
  await rm(dir, { recursive: true, force: true });
});

let lakes = 0;

function placeAt(root: string): LakePlace {
  const options = () => ({ url: hdfs.url, user: hdfs.superuser, root, shop: 'demo' });
  return {
    open: () => openHdfsLake(options()),
    sink: () => openHdfsSink(options()),
    async files() {
      expect(await filesBelow(client, `${root}/_tmp`)).toEqual([]);
      return (await filesBelow(client, `${root}/demo`)).map((path) => path.slice(`${root}/demo/`.length));
    },
    eventIds: () => eventIdsAt(`${root}/demo/events`),
  };
}

async function eventIdsAt(folder: string): Promise<readonly string[]> {
  const copy = await mkdtemp(join(tmpdir(), 'ebb-lake-copy-'));
  try {
    await copyDown(client, folder, copy);
    return await eventIdsInOrder(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function newPlace(): Promise<LakePlace> {
  lakes += 1;
  return placeAt(`/lake-${lakes}`);
}

lakeContract('on HDFS', newPlace);

/** Stands before the NameNode and breaks every connection from the `left`th request on, or after that request was done. */
async function breaking(left: number, done: boolean): Promise<{ readonly url: string; readonly server: Server }> {
  let count = left;
  const server = createServer((incoming, answer) => {
    count -= 1;
    if (count < 0 || (count === 0 && !done)) {
      incoming.socket.destroy();
      return;
    }
    const { method, headers, url = '' } = incoming;
    const forward = request(`${hdfs.url}${url}`, { method, headers }, (response) => {
      if (count === 0) {
        response.resume().once('end', () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    forward.on('error', () => incoming.socket.destroy());
    incoming.pipe(forward);
  });
  server.on('connection', (socket) => socket.on('error', () => undefined));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError('it listens on a port');
  return { url: `http://127.0.0.1:${address.port}`, server };
}

it('has each row once at every step at which a merge may break off, and when it is finished', async () => {
  let steps = 0;
  for (let ended = false; !ended; ) {
    steps += 1;
    for (const done of [false, true]) {
      lakes += 1;
      const root = `/lake-${lakes}`;
      const place = placeAt(root);
      await fill(place, ranges.slice(0, 3));
      const { url, server } = await breaking(steps, done);
      try {
        const merging = compact({ ...place, open: () => openHdfsLake({ url, user: 'hdfs', root, shop: 'demo' }) });
        ended = await merging.then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(SinkError);
            return false;
          },
        );
      } finally {
        server.closeAllConnections();
        server.close();
      }
      const told = `${done ? 'after' : 'before'} step ${steps}`;
      expect([...(await eventIdsAt(`${root}/demo/events`))].sort(), told).toEqual([...ids(0, 15)].sort());
      await compact(place);
      expect(await place.files(), told).toEqual(['events/_merged/0-14', 'events/date=2010-12-01/0-0-14.parquet']);
      expect(await place.eventIds(), told).toEqual(ids(0, 15));
    }
  }
  expect(steps).toBeGreaterThan(15);
});

it('shows each row once to whoever reads while files are merged', async () => {
  lakes += 1;
  const root = `/lake-${lakes}`;
  const place = placeAt(root);
  await fill(place);
  let done = false;
  const merging = compact(place).finally(() => {
    done = true;
  });
  let reads = 0;
  while (!done) {
    // What was listed may have got another name by the time it is read: a reader begins again then.
    const seen = await eventIdsAt(`${root}/demo/events`).catch(() => undefined);
    if (seen !== undefined) {
      reads += 1;
      expect([...seen].sort()).toEqual([...ids(0, 50)].sort());
    }
  }
  await merging;
  expect(reads).toBeGreaterThan(0);
});
