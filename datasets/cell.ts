/** What a cell says, whatever its form. Hot path: called several times for every row. */

export type Cell = string | number | boolean | null;

/** The cell's text without surrounding space; `null` where it says that nothing is known (empty, NULL, NaN, \N). Numbers become their shortest text. */
export function textOf(cell: Cell | undefined): string | null {
  if (typeof cell === 'string') {
    const text = cell.trim();
    return text.length <= 4 && isUnknown(text) ? null : text;
  }
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : null;
  return cell ? 'true' : 'false';
}

function isUnknown(text: string): boolean {
  switch (text.length) {
    case 0:
      return true;
    case 2:
      return text === '\\N';
    case 3:
      return text.toLowerCase() === 'nan';
    case 4:
      return text.toLowerCase() === 'null';
    default:
      return false;
  }
}

const wholeWithZeros = /^-?\d+\.0+$/;

/** The cell as an identifier: as `textOf`, and 17850.0 (what a number column with gaps becomes on its way through other tools) is 17850. */
export function idOf(cell: Cell | undefined): string | null {
  const text = textOf(cell);
  if (text === null || text.charCodeAt(text.length - 1) !== 48 || !wholeWithZeros.test(text)) return text;
  return text.slice(0, text.indexOf('.'));
}
