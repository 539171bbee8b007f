import { splitter } from './csv-record.ts';

const candidates = [',', ';', '\t', '|', ':', 'whitespace'] as const;

/**
 * The delimiter of a file, from its first lines: the one by which the header has all `wanted` columns, else the one that
 * cuts the header and most lines into the same number (above one) of fields; among those that do so about equally well
 * the one that gives most fields, as commas also stand in numbers and colons in times. `undefined`: one column, or no
 * rule to it.
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
  let bestFields = 0;
  for (const delimiter of candidates) {
    const { share, fields } = agreement(lines, header, delimiter, quote);
    const better = share > bestShare + 0.05 || (share > bestShare - 0.05 && fields > bestFields);
    if (share === 0 || !better) continue;
    best = delimiter;
    bestShare = share;
    bestFields = fields;
  }
  return bestShare >= 0.5 ? best : undefined;
}

function hasAll(names: readonly string[], wanted: readonly string[]): boolean {
  const have = new Set(names);
  return wanted.every((name) => have.has(name));
}

/** How many fields the header has, and the share of the lines that have as many; no share where that is one, or where more lines agree on another number. */
function agreement(
  lines: readonly string[],
  header: string,
  delimiter: string,
  quote: string | null,
): { readonly share: number; readonly fields: number } {
  const split = splitter(delimiter, quote);
  const counts = new Map<number, number>();
  let whole = 0;
  for (const line of lines) {
    const fields = split(line);
    if (typeof fields === 'string') continue;
    whole++;
    counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  }
  const named = split(header);
  const fields = typeof named === 'string' ? 0 : named.length;
  const agreeing = counts.get(fields) ?? 0;
  const commonest = Math.max(0, ...counts.values());
  return { share: fields > 1 && agreeing === commonest && whole > 0 ? agreeing / whole : 0, fields };
}
