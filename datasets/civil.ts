/** Days of the Gregorian calendar counted from 1970-01-01. */

export const DAY = 86_400_000;

/** 0001-01-01 and the end of 9999, UTC epoch ms: no time that is read lies outside. */
export const EARLIEST = -62_135_596_800_000;
export const END = 253_402_300_800_000;

const cumulative = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 to a valid date of the years 1 to 9999. */
export function dayNumber(year: number, month: number, day: number): number {
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const leap = month > 2 && isLeap(year) ? 1 : 0;
  return before * 365 + leapDays + (cumulative[month - 1] ?? 0) + leap + day - 1 - 719_162;
}

const names = new Map<number, string>();
const REMEMBERED = 50_000;

/** YYYY-MM-DD of a day number, remembered, because most rows share few days. */
export function dateText(day: number): string {
  let text = names.get(day);
  if (text === undefined) {
    if (names.size >= REMEMBERED) names.clear();
    text = new Date(day * DAY).toISOString().slice(0, 10);
    names.set(day, text);
  }
  return text;
}
