import { lines } from './lines.ts';
import type { Mailbox } from './mailbox.ts';
import { SourceError } from './source.ts';

/** One message of a stream, or why something that came is none. */
export type Message = string | { readonly reason: string; readonly shown: string };

/** Puts a connection's messages into the mailbox until it ends. `onOpen`: it stands. @throws SourceError UNREACHABLE */
export type Connect = (
  inbox: Mailbox<Message>,
  options: { readonly signal: AbortSignal; onOpen(): void },
) => Promise<void>;

export function connectionTo(url: string, headers: Readonly<Record<string, string>>): Connect {
  return /^wss?:/i.test(url) ? webSocket(url) : httpLines(url, headers);
}

/** JSON lines or server-sent events over HTTP. A reader that is slow holds the server back. */
function httpLines(url: string, headers: Readonly<Record<string, string>>): Connect {
  return async (inbox, { signal, onOpen }) => {
    const response = await fetch(url, {
      headers: { accept: 'application/x-ndjson, text/event-stream, application/json', ...headers },
      signal,
    }).catch((cause: unknown) => {
      throw unreachable(url, cause);
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new SourceError('UNREACHABLE', `${url} answers ${response.status} ${response.statusText}`);
    }
    onOpen();
    const events = response.headers.get('content-type')?.includes('event-stream') ?? false;
    try {
      for await (const block of lines(chunksOf(response.body), 'utf-8')) {
        for (const line of block) {
          const message = events && typeof line === 'string' ? eventData(line) : line;
          if (message === undefined || (typeof message === 'string' && message.trim() === '')) continue;
          inbox.put(message);
          if (inbox.full) await inbox.room();
        }
      }
    } catch (cause) {
      throw unreachable(url, cause);
    }
  };
}

async function* chunksOf(body: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  for await (const chunk of body) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Server-sent events carry their message after `data:`; ids, names and comments are not messages. */
function eventData(line: string): string | undefined {
  if (line.startsWith('data:')) return line.slice(5);
  return /^(?:event|id|retry)?:/.test(line) ? undefined : line;
}

/** A WebSocket cannot be told to wait: when the reader falls behind, the connection is closed, and said so. */
function webSocket(url: string): Connect {
  return (inbox, { signal, onOpen }) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      const leave = () => socket.close();
      const finish = (error?: SourceError) => {
        signal.removeEventListener('abort', leave);
        if (error === undefined) resolve();
        else reject(error);
      };
      signal.addEventListener('abort', leave, { once: true });
      socket.onopen = onOpen;
      socket.onmessage = ({ data }) => {
        if (inbox.full) {
          const reason = 'reading fell behind and the connection was closed: messages may be missing here';
          inbox.put({ reason, shown: '' });
          socket.onmessage = null;
          socket.close();
          return;
        }
        inbox.put(typeof data === 'string' ? data : data instanceof ArrayBuffer ? Buffer.from(data).toString() : '');
      };
      socket.onerror = () =>
        finish(new SourceError('UNREACHABLE', `${url} cannot be reached, or broke the connection`));
      socket.onclose = () => finish();
    });
}

function unreachable(url: string, cause: unknown): SourceError {
  const error = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = error instanceof Error ? error.message : String(error);
  return new SourceError('UNREACHABLE', `${url} cannot be reached, or broke the connection: ${reason}`, { cause });
}
