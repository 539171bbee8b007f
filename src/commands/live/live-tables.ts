import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Config } from '../../config.ts';
import type { Row } from '../../dashboard/shown.ts';
import type { Filled, FillWork } from './fill-worker.ts';
import { openLiveFile } from './live-file.ts';
import type { Answer, Query, QueryWork } from './query-worker.ts';

/** A shop's tables, filled by one thread as the log grows and read by another. */
export interface LiveTables extends AsyncDisposable {
  /** Rejects with what stopped the threads; never resolves. */
  readonly failed: Promise<never>;
  /** @throws Error with what SQLite says */
  query(question: Omit<Query, 'id'>): Promise<readonly Row[]>;
}

/**
 * Starts the threads. The tables are a file in `config.data` that is this process's alone, and gone when it ends.
 * @param onFilled told of each step, ten times a second at most
 */
export async function openLiveTables(
  config: Config,
  shop: string,
  onFilled: (filled: Filled) => void,
): Promise<LiveTables> {
  sweep(config.data);
  const path = join(config.data, `live-${process.pid}-${randomUUID()}.sqlite`);
  openLiveFile(path).close();
  const work: FillWork = { config, shop, path };
  const filler = new Worker(new URL('./fill-worker.ts', import.meta.url), { workerData: work });
  const reading: QueryWork = { path, shop };
  const reader = new Worker(new URL('./query-worker.ts', import.meta.url), { workerData: reading });
  const waiting = new Map<number, PromiseWithResolvers<readonly Row[]>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let last = 0;
  let stopped = false;

  filler.on('message', onFilled);
  reader.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('rows' in answer) asked?.resolve(answer.rows);
    else asked?.reject(new Error(answer.error));
  });
  const ended = [filler, reader].map(
    (worker) =>
      new Promise<void>((done) => {
        worker.once('error', (error) => failed.reject(error));
        worker.once('exit', () => {
          const error = new Error('the live tables were closed');
          for (const { reject } of waiting.values()) reject(error);
          waiting.clear();
          if (!stopped) failed.reject(error);
          done();
        });
      }),
  );

  return {
    failed: failed.promise,
    query(question) {
      const asked = Promise.withResolvers<readonly Row[]>();
      if (stopped) asked.reject(new Error('the live tables were closed'));
      else {
        last += 1;
        waiting.set(last, asked);
        reader.postMessage({ id: last, ...question });
      }
      return asked.promise;
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      for (const worker of [filler, reader]) worker.postMessage('stop');
      await Promise.all(ended);
      remove(path);
    },
  };
}

/** Files of processes that were killed. */
function sweep(data: string): void {
  for (const name of readdirSync(data)) {
    const pid = /^live-(\d+)-.*\.sqlite$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(data, name));
  }
}

function remove(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
