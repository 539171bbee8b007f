/** Of a record that a dead letter or late record is about: more would make it larger than a record of the log may be (16 MiB). */
const most = { key: 64 << 10, value: 8 << 20 };

interface Quoted {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** What was left out, as a sentence; empty when nothing was. The record itself is still where it was. */
  readonly note: string;
}

/** A record's key and value as a letter about it repeats them: whole, or the first 64 KiB and 8 MiB of very large ones. */
export function quoted(key: Buffer | null, value: Buffer | null): Quoted {
  const notes = Object.entries({ key, value }).flatMap(([what, bytes]) => {
    const limit = what === 'key' ? most.key : most.value;
    return bytes === null || bytes.length <= limit
      ? []
      : [` Of the ${what}'s ${bytes.length} bytes ${limit} are here.`];
  });
  return {
    key: key?.subarray(0, most.key) ?? null,
    value: value?.subarray(0, most.value) ?? null,
    note: notes.join(''),
  };
}
