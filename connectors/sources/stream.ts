import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { columnsRead, type Descriptor } from '../../datasets/descriptor.ts';
import { type Connect, connectionTo, type Message } from './connection.ts';
import { jsonRows } from './json-row.ts';
import { type Mailbox, mailbox } from './mailbox.ts';
import { type Source, SourceError, type SourceRow } from './source.ts';

export interface StreamOptions {
  /** Wall clock, ms: a live stream's watermark is this minus the descriptor's disorder. */
  now(): number;
  /** From 0 to 1: spreads reconnections. */
  random(): number;
  /** Connect again when the other side closes (default), or take that for the end. */
  readonly reconnect?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told before each wait for another attempt. */
  onRetry?(error: SourceError | undefined, wait: number): void;
}

const CAPACITY = 20_000;
/** Between two batches, so that a busy stream does not commit message by message; and between two ticks of the clock. */
const GRAIN = 50;
const TICK = 1000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;

/**
 * A stream of JSON messages over HTTP (JSON lines, server-sent events) or WebSocket as a source. It has no position to go
 * back to: `from` only goes on counting messages. A message that is not JSON comes as a malformed row.
 * @throws SourceError UNREACHABLE, from reading, when the first connection fails; later ones are tried again
 */
export function openStream(url: string, descriptor: Descriptor, options: StreamOptions): Source {
  const columns = columnsRead(descriptor);
  const connect = connectionTo(url, options.headers ?? {});
  const { rows: order } = descriptor;
  return {
    id: createHash('sha256').update(url).digest('hex'),
    name: url,
    columns,
    progress: () => undefined,
    async *read({ from, signal }) {
      const inbox = mailbox<Message>(CAPACITY);
      const leave = new AbortController();
      const stop = AbortSignal.any([signal, leave.signal]);
      stop.addEventListener('abort', () => inbox.close(), { once: true });
      if (stop.aborted) inbox.close();
      const kept = keepConnected(connect, inbox, stop, options).then(
        () => inbox.close(),
        (error: unknown) => inbox.close(error),
      );
      let row = from === undefined ? 0 : Number(from);
      let ticked = Number.NEGATIVE_INFINITY;
      try {
        for (;;) {
          const messages = await inbox.take(TICK);
          if (messages === undefined) return;
          const rows: SourceRow[] = [];
          for (const message of messages)
            for (const one of rowsOf(message, columns, row + rows.length + 1)) rows.push(one);
          row += rows.length;
          const wall = options.now();
          const due = order.sorted && wall - ticked >= TICK;
          if (due) ticked = wall;
          if (rows.length === 0 && !due) continue;
          yield { rows, position: String(row), ...(due ? { watermark: wall - order.disorder } : {}) };
          await sleep(GRAIN);
        }
      } finally {
        leave.abort();
        await kept;
      }
    },
  };
}

function rowsOf(message: Message, columns: readonly string[], row: number): readonly SourceRow[] {
  return typeof message === 'string'
    ? jsonRows(message, columns, row)
    : [{ row, columns: { line: message.shown }, malformed: message.reason }];
}

/** Connects, and connects again after waits that double, until the signal aborts. */
async function keepConnected(
  connect: Connect,
  inbox: Mailbox<Message>,
  signal: AbortSignal,
  { random, reconnect, onRetry }: StreamOptions,
): Promise<void> {
  let stood = false;
  let failures = 0;
  const onOpen = () => {
    stood = true;
    failures = 0;
  };
  while (!signal.aborted) {
    let lost: SourceError | undefined;
    try {
      await connect(inbox, { signal, onOpen });
      if (reconnect === false) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SourceError) || !stood || reconnect === false) throw error;
      lost = error;
    }
    await inbox.room();
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + random() / 2);
    failures++;
    onRetry?.(lost, wait);
    await sleep(wait, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
