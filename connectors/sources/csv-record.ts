/** Cuts one record of delimited text into its fields. Hot path: a record without a quote is a plain split. */

/** `open`: a quoted field goes on in the next line. `broken`: text follows a closing quote. */
export type Fields = readonly string[] | 'open' | 'broken';

export type SplitRecord = (record: string) => Fields;

const SPACE = 32;
const blank = /\s+/;

/** How to cut records. `whitespace` as delimiter is any run of it, also before the first field. */
export function splitter(delimiter: string, quote: string | null): SplitRecord {
  if (delimiter === 'whitespace') {
    return (record) =>
      quote !== null && record.includes(quote) ? splitWords(record, quote) : record.trim().split(blank);
  }
  if (quote === null) return (record) => record.split(delimiter);
  return (record) => (record.includes(quote) ? splitQuoted(record, delimiter, quote) : record.split(delimiter));
}

/** A quote opens only at a field's start (spaces may come before); elsewhere it is a character like any other. Two in a quoted field are one. */
function splitQuoted(record: string, delimiter: string, quote: string): Fields {
  const fields: string[] = [];
  let position = 0;
  for (;;) {
    let start = position;
    while (record.charCodeAt(start) === SPACE) start++;
    if (record[start] !== quote) {
      const end = record.indexOf(delimiter, position);
      if (end < 0) {
        fields.push(record.slice(position));
        return fields;
      }
      fields.push(record.slice(position, end));
      position = end + 1;
      continue;
    }
    const close = closing(record, start + 1, quote);
    if (close < 0) return 'open';
    const inner = record.slice(start + 1, close);
    fields.push(inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner);
    let after = close + 1;
    while (record.charCodeAt(after) === SPACE) after++;
    if (after >= record.length) return fields;
    if (record[after] !== delimiter) return 'broken';
    position = after + 1;
  }
}

/** Where the quoted field that begins at `from` is closed, or -1. */
function closing(record: string, from: number, quote: string): number {
  for (let at = record.indexOf(quote, from); at >= 0; at = record.indexOf(quote, at + 2)) {
    if (record[at + 1] !== quote) return at;
  }
  return -1;
}

function splitWords(record: string, quote: string): Fields {
  const fields: string[] = [];
  let position = 0;
  for (;;) {
    while (position < record.length && record.charAt(position).trim() === '') position++;
    if (position >= record.length) return fields;
    if (record[position] === quote) {
      const close = closing(record, position + 1, quote);
      if (close < 0) return 'open';
      fields.push(record.slice(position + 1, close).replaceAll(quote + quote, quote));
      position = close + 1;
      if (position < record.length && record.charAt(position).trim() !== '') return 'broken';
    } else {
      const start = position;
      while (position < record.length && record.charAt(position).trim() !== '') position++;
      fields.push(record.slice(start, position));
    }
  }
}
