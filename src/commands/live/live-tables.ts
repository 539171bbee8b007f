import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Config } from '../../config.ts';
import type { Row } from '../../dashboard/shown.ts';
import type { Filled, FillWork } from './fill-worker.ts';
import { openLiveFile } from './live-file.ts';
import type { Answer, Query, QueryWork } from './query-worker.ts';

/** A shop's tables, filled by one thread as the log grows and read by others. */
export interface LiveTables extends AsyncDisposable {
  /** Rejects with what stopped the threads; never resolves. */
  readonly failed: Promise<never>;
  /** Questions of one lane wait for each other, and for no others. @throws Error with what SQLite says */
  query(question: Omit<Query, 'id'>, lane: Lane): Promise<readonly Row[]>;
}

/** A thread that reads, started when it is first asked. */
export type Lane = 'quick' | 'slow' | 'past';

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
  const readers = new Map<Lane, Worker>();
  const ended: Promise<void>[] = [];
  const waiting = new Map<number, PromiseWithResolvers<readonly Row[]>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let last = 0;
  let stopped = false;

  function owned(worker: Worker): Worker {
    const end = new Promise<void>((done) => {
      worker.once('error', (error) => failed.reject(error));
      worker.once('exit', () => {
        const error = new Error('the live tables were closed');
        for (const { reject } of waiting.values()) reject(error);
        waiting.clear();
        if (!stopped) failed.reject(error);
        done();
      });
    });
    ended.push(end);
    return worker;
  }

  function readerOf(lane: Lane): Worker {
    const known = readers.get(lane);
    if (known !== undefined) return known;
    const reader = owned(new Worker(new URL('./query-worker.ts', import.meta.url), { workerData: reading }));
    reader.on('message', (answer: Answer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('rows' in answer) asked?.resolve(answer.rows);
      else asked?.reject(new Error(answer.error));
    });
    readers.set(lane, reader);
    return reader;
  }

  owned(filler).on('message', onFilled);
  return {
    failed: failed.promise,
    query(question, lane) {
      const asked = Promise.withResolvers<readonly Row[]>();
      if (stopped) asked.reject(new Error('the live tables were closed'));
      else {
        last += 1;
        waiting.set(last, asked);
        readerOf(lane).postMessage({ id: last, ...question });
      }
      return asked.promise;
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      for (const worker of [filler, ...readers.values()]) worker.postMessage('stop');
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
