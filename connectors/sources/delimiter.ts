import { splitter } from './csv-record.ts';

const candidates = [',', ';', '\t', '|', ':', 'whitespace'] as const;

/**
 * The delimiter of a file, from its first lines: the one by which the header has all `wanted` columns, else the one that
 * cuts most lines into the same number (above one) of fields. `undefined`: one column, or no rule to it.
 */
export function detectDelimiter(
  lines: readonly string[],
  quote: string | null,
  wanted: readonly string[] = [],
): string | undefined {
  const [header] = lines;
  if (header === undefined) return undefined;
  if (wanted.length > 0) {
    const found = candidates.find((delimiter) => {
      const names = splitter(delimiter, quote)(header);
      return (
        typeof names !== 'string' &&
        hasAll(
          names.map((name) => name.trim()),
          wanted,
        )
      );
    });
    if (found !== undefined) return found;
  }
  let best: string | undefined;
  let bestShare = 0;
  for (const delimiter of candidates) {
    const share = agreement(lines, delimiter, quote);
    if (share > bestShare + 0.05) {
      best = delimiter;
      bestShare = share;
    }
  }
  return bestShare >= 0.5 ? best : undefined;
}

function hasAll(names: readonly string[], wanted: readonly string[]): boolean {
  const have = new Set(names);
  return wanted.every((name) => have.has(name));
}

/** Share of the lines that have the commonest number of fields, 0 where that is one. */
function agreement(lines: readonly string[], delimiter: string, quote: string | null): number {
  const split = splitter(delimiter, quote);
  const counts = new Map<number, number>();
  let whole = 0;
  for (const line of lines) {
    const fields = split(line);
    if (typeof fields === 'string') continue;
    whole++;
    counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  }
  let commonest = 0;
  let lineCount = 0;
  for (const [fields, count] of counts) {
    if (count > lineCount || (count === lineCount && fields > commonest)) {
      commonest = fields;
      lineCount = count;
    }
  }
  return commonest > 1 && whole > 0 ? lineCount / whole : 0;
}
