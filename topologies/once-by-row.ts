import type { MonoTypeOperatorFunction } from 'rxjs';
import type { RawRow } from '../datasets/raw.ts';
import type { Event } from '../schemas/generated.ts';
import { type Keep, Rejection } from '../src/engine/keep.ts';
import type { Message } from '../src/engine/message.ts';

/** Rows of a file that share a key of state, one bit each. */
const CHUNK = 4096;

/** A row, and what the rules made of it. */
export interface Judged {
  readonly row: RawRow;
  readonly verdict: Event | Rejection;
}

interface Seen {
  readonly bits: Buffer;
  /** Of rows that were refused; empty before there is one. */
  refused: Buffer;
}

const fields = [
  { name: 'bits', type: 'bytes' },
  { name: 'refused', type: 'bytes', default: '' },
];

/**
 * Lets each row of each file pass once, whenever and however often its writer delivers it: one that is killed begins a file
 * again from its start. What has passed is remembered for good, in a bit a row. The rows of a file must come in the same
 * partition again, so whoever writes them keys them by what is in the row. A row that is refused passes once as such, and once
 * more when it has been corrected.
 */
export function onceByRow(keep: Keep): MonoTypeOperatorFunction<Message<Judged>> {
  return keep.stateful<Judged, Seen, Judged>({
    name: 'rows',
    key: ({ value: { row } }) => `${row._file}/${Math.floor(row._row / CHUNK)}`,
    schema: { type: 'record', name: 'SeenRows', fields },
    onMessage(seen, { value }) {
      const at = value.row._row % CHUNK;
      const isRefused = value.verdict instanceof Rejection;
      const state = seen ?? { bits: Buffer.alloc(CHUNK / 8), refused: Buffer.alloc(0) };
      if (has(state.bits, at) || (isRefused && has(state.refused, at))) {
        keep.count('duplicates');
        return { state };
      }
      if (isRefused && state.refused.length === 0) state.refused = Buffer.alloc(CHUNK / 8);
      add(isRefused ? state.refused : state.bits, at);
      return { state, emit: [value] };
    },
  });
}

function has(bits: Buffer, at: number): boolean {
  return ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

function add(bits: Buffer, at: number): void {
  bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
}
