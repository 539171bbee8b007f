import type { MonoTypeOperatorFunction } from 'rxjs';
import type { RawRow } from '../datasets/raw.ts';
import type { Keep } from '../src/engine/keep.ts';
import type { Message } from '../src/engine/message.ts';

/** Rows of a file that share a key of state, one bit each. */
const CHUNK = 4096;

interface Seen {
  readonly bits: Buffer;
}

/**
 * Lets each row of each file pass once, whenever and however often its writer delivers it: one that is killed begins a file
 * again from its start. What has passed is remembered for good, in a bit a row. The rows of a file must come in the same
 * partition again, so whoever writes them keys them by what is in the row.
 */
export function onceByRow(keep: Keep): MonoTypeOperatorFunction<Message<RawRow>> {
  return keep.stateful<RawRow, Seen, RawRow>({
    name: 'rows',
    key: ({ value: { _file, _row } }) => `${_file}/${Math.floor(_row / CHUNK)}`,
    schema: { type: 'record', name: 'SeenRows', fields: [{ name: 'bits', type: 'bytes' }] },
    onMessage(seen, { value }) {
      const state = seen ?? { bits: Buffer.alloc(CHUNK / 8) };
      const at = value._row % CHUNK;
      const bit = 1 << (at & 7);
      const byte = state.bits[at >> 3] ?? 0;
      if ((byte & bit) !== 0) {
        keep.count('duplicates');
        return { state };
      }
      state.bits[at >> 3] = byte | bit;
      return { state, emit: [value] };
    },
  });
}
