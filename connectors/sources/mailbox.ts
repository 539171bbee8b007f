/** A bounded queue between a connection that pushes and a reader that pulls. */
export interface Mailbox<T> {
  readonly full: boolean;
  /** Takes one more, also when full: who cannot wait must look at `full` first. */
  put(item: T): void;
  /** Resolves when there is room, or at once after `close`. */
  room(): Promise<void>;
  /** No more will come; `error`: because of this. */
  close(error?: unknown): void;
  /** Everything that is there, waiting at most `wait` ms for the first; `undefined` when closed and empty. @throws the error of `close` */
  take(wait: number): Promise<readonly T[] | undefined>;
}

export function mailbox<T>(capacity: number): Mailbox<T> {
  let items: T[] = [];
  let closed = false;
  let failure: unknown;
  let wakeReader: () => void = () => undefined;
  let wakeWriter: () => void = () => undefined;
  return {
    get full() {
      return items.length >= capacity;
    },
    put(item) {
      if (closed) return;
      items.push(item);
      wakeReader();
    },
    room() {
      if (closed || items.length < capacity) return Promise.resolve();
      return new Promise((resolve) => {
        wakeWriter = resolve;
      });
    },
    close(error) {
      if (closed) return;
      closed = true;
      failure = error;
      wakeReader();
      wakeWriter();
    },
    async take(wait) {
      if (items.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          wakeReader = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (items.length === 0 && closed) {
        if (failure !== undefined) throw failure;
        return undefined;
      }
      const taken = items;
      items = [];
      wakeWriter();
      return taken;
    },
  };
}
