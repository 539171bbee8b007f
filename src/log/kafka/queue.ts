/** Values pushed from anywhere, read in order by one reader. It holds whatever was not read yet: pushers must be few. */
export class Queue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #failure: { readonly error: unknown } | undefined;
  #ended = false;
  #ring = (): void => {};

  push(value: T): void {
    this.#values.push(value);
    this.#ring();
  }

  /** The reader gets the error once it has read everything before. The first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#ring();
  }

  end(): void {
    this.#ended = true;
    this.#ring();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) yield value;
      else if (this.#failure !== undefined) throw this.#failure.error;
      else if (this.#ended) return;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#ring = resolve;
        await promise;
      }
    }
  }
}
