import type { MonoTypeOperatorFunction } from 'rxjs';
import type { RawRow } from '../datasets/raw.ts';
import type { Keep } from '../src/engine/keep.ts';
import type { Message } from '../src/engine/message.ts';

/** Rows of a file that share a key of state, one bit each. */
const CHUNK = 4096;

interface Seen {
  readonly bits: Buffer;
  /** Of rows that were refused; empty before there is one. */
  readonly refused: Buffer;
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
 * @param isRefused whether a row breaks a rule
 */
export function onceByRow(keep: Keep, isRefused: (row: RawRow) => boolean): MonoTypeOperatorFunction<Message<RawRow>> {
  return keep.stateful<RawRow, Seen, RawRow>({
    name: 'rows',
    key: ({ value: { _file, _row } }) => `${_file}/${Math.floor(_row / CHUNK)}`,
    schema: { type: 'record', name: 'SeenRows', fields },
    onMessage(seen, { value }) {
      const at = value._row % CHUNK;
      const { bits, refused } = seen ?? { bits: Buffer.alloc(CHUNK / 8), refused: Buffer.alloc(0) };
      if (has(bits, at)) {
        keep.count('duplicates');
        return { state: { bits, refused } };
      }
      if (!isRefused(value)) {
        add(bits, at);
        return { state: { bits, refused }, emit: [value] };
      }
      if (has(refused, at)) {
        keep.count('duplicates');
        return { state: { bits, refused } };
      }
      const noted = refused.length === 0 ? Buffer.alloc(CHUNK / 8) : refused;
      add(noted, at);
      return { state: { bits, refused: noted }, emit: [value] };
    },
  });
}

function has(bits: Buffer, at: number): boolean {
  return ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

function add(bits: Buffer, at: number): void {
  bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
}
