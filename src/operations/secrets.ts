/** What opens doors never gets into a log: neither by its name, nor inside an address. */
const named = /(password|passphrase|secret|token|credentials?|authorization|(api|access|private|secret)_?key)$/i;
const inAddress = /([a-z][a-z0-9+.-]*:\/\/)[^/\s@"]*@/gi;

export const CENSORED = '[secret]';

/** `value` with the values of fields that are named like secrets replaced, however deep. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object' || value instanceof Error) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      named.test(name) && inner !== undefined ? CENSORED : withoutSecrets(inner),
    ]),
  );
}

/** `text` with the login in addresses replaced. */
export function withoutLogins(text: string): string {
  return text.replaceAll(inAddress, `$1${CENSORED}@`);
}
