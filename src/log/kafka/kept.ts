import type { Piece } from './fetching.ts';
import type { Encoded } from './record-batch.ts';

/** Bytes, unpacked, of pieces that are kept for the other readers of a partition in this process, who are rarely far apart. */
const sharedBytes = 8 << 20;
/** Bytes, compressed, of what was fetched and not asked for yet. A fetch for each of 16 partitions, and only what is read on soon is worth it. */
const restBytes = 16 << 20;

/** Fetched, not decoded yet, and where its partition ended then. */
export type Rest = Encoded & { readonly end: number };

/** What was fetched and somebody will want: pieces that others may read too, and what came with them. By partition and offset. */
export class Kept {
  readonly #pieces = new Map<string, { readonly piece: Piece; readonly bytes: number }>();
  readonly #rests = new Map<string, Rest>();
  #bytes = 0;
  #restBytes = 0;

  piece(key: string): Piece | undefined {
    return this.#pieces.get(key)?.piece;
  }

  share(key: string, piece: Piece, bytes: number): void {
    // One that was fetched again stands for both, and is the newest.
    this.#bytes += bytes - (this.#pieces.get(key)?.bytes ?? 0);
    this.#pieces.delete(key);
    this.#pieces.set(key, { piece, bytes });
    for (const [oldest, kept] of this.#pieces) {
      if (this.#bytes <= sharedBytes) return;
      this.#pieces.delete(oldest);
      this.#bytes -= kept.bytes;
    }
  }

  has(key: string): boolean {
    return this.#pieces.has(key) || this.#rests.has(key);
  }

  /** What begins at an offset and was not asked for yet; given once. */
  takeRest(key: string): Rest | undefined {
    const rest = this.#rests.get(key);
    this.#rests.delete(key);
    this.#restBytes -= rest?.bytes.length ?? 0;
    return rest;
  }

  leaveRest(key: string, rest: Rest): void {
    this.takeRest(key);
    this.#rests.set(key, rest);
    this.#restBytes += rest.bytes.length;
    for (const oldest of this.#rests.keys()) {
      if (this.#restBytes <= restBytes) return;
      this.takeRest(oldest);
    }
  }

  /** Topics may have been made anew. */
  clear(): void {
    this.#pieces.clear();
    this.#rests.clear();
    this.#bytes = 0;
    this.#restBytes = 0;
  }
}
