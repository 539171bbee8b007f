/** For `JSON.stringify`: maps and sets as what they are written as, bytes in hexadecimal. */
export function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value &&
    Array.isArray(value.data)
  )
    return Buffer.from(value.data).toString('hex');
  return value;
}

/** The same text for the same value, in whatever order its fields, its maps' keys and its sets' elements come. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => {
    if (one instanceof Set) return [...one].sort();
    const written = plain(key, one);
    return typeof written === 'object' && written !== null && !Array.isArray(written)
      ? Object.fromEntries(Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1)))
      : written;
  });
}
