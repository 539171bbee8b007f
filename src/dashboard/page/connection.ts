/** Server-sent events that come back by themselves: resumed where they stopped, and what became of them is said. */

export type ConnectionState = 'connecting' | 'live' | 'lost';

export interface ConnectionOptions {
  /** Without `after`, which is added when the browser has given up and a new connection is made. */
  readonly url: string;
  /** By the event's name; the data as JSON has them. */
  readonly on: Readonly<Record<string, (data: unknown) => void>>;
  onState(state: ConnectionState): void;
}

/** ms of silence after which the connection is taken for dead: the server says something every five seconds. */
const SILENCE = 15_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;

/** @returns what ends it */
export function connect({ url, on, onState }: ConnectionOptions): () => void {
  let source: EventSource | undefined;
  let last = '';
  let pause = FIRST_PAUSE;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    const at = new URL(url, location.href);
    if (last !== '') at.searchParams.set('after', last);
    source = new EventSource(at);
    for (const [name, take] of Object.entries(on))
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        alive();
        if (lastEventId !== '') last = lastEventId;
        take(JSON.parse(data));
      });
    source.addEventListener('beat', alive);
    source.onopen = alive;
    source.onerror = () => again();
    listen();
  }

  function alive(): void {
    pause = FIRST_PAUSE;
    onState('live');
    listen();
  }

  function listen(): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(again, SILENCE);
  }

  /** The browser would try by itself, but not after every kind of failure, and not at our pace. */
  function again(): void {
    source?.close();
    clearTimeout(watchdog);
    clearTimeout(retry);
    onState('lost');
    retry = setTimeout(open, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  onState('connecting');
  open();
  return () => {
    source?.close();
    clearTimeout(watchdog);
    clearTimeout(retry);
  };
}
