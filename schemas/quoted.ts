/** Of a record that a dead letter or late record is about: more would make it larger than a record of the log may be (16 MiB). */
const most = { key: 64 << 10, value: 8 << 20, reason: 64 << 10 };

interface Quoted {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** With what was left out, when something was. */
  readonly reason: string;
}

/** A record's key and value as a letter about it repeats them, and why it was written: whole, or the beginnings of very large ones. */
export function quoted(key: Buffer | null, value: Buffer | null, reason: string): Quoted {
  const notes = Object.entries({ key, value }).flatMap(([what, bytes]) => {
    const limit = what === 'key' ? most.key : most.value;
    if (bytes === null || bytes.length <= limit) return [];
    return [`. The first ${limit} of the ${what}'s ${bytes.length} bytes are here; the record is where it was`];
  });
  return {
    key: key?.subarray(0, most.key) ?? null,
    value: value?.subarray(0, most.value) ?? null,
    reason: reason.slice(0, most.reason) + notes.join(''),
  };
}
