import { DAY, dayNumber, daysInMonth } from './civil.ts';

/**
 * Patterns of dates and times, compiled to small readers. Letters: yyyy yy, MM M MMM (English name), dd d, HH H, hh h with a
 * (AM/PM), mm m, ss s, S (fraction of a second), X (Z, UTC, GMT or ±hh[:mm]). Text in quotes is literal, brackets are
 * optional. A literal UTC or Z fixes the offset to zero. `ISO` is ISO 8601.
 */
export interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Offset from UTC in ms where the text states one. */
  offset: number | undefined;
  afternoon: boolean | undefined;
}

/** Reads one part at `position`; returns the position after it, or -1. */
type Step = (text: string, position: number, fields: Fields) => number;

export type Matcher = (text: string) => Fields | undefined;

const ISO = "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.S]]][ ][X]";

/** @throws RangeError naming what is wrong with the pattern */
export function compilePattern(pattern: string): Matcher {
  const { step, end } = sequence(pattern === 'ISO' ? ISO : pattern, 0, undefined);
  if (end === 0) throw new RangeError('a time pattern must not be empty');
  const fields = blank();
  return (text) => {
    reset(fields);
    return step(text, 0, fields) === text.length ? fields : undefined;
  };
}

/** UTC-like milliseconds of the fields, not shifted by any offset; text where no such time exists. */
export function localMillis(fields: Fields): number | string {
  const { year, month, day, hour, minute, second } = fields;
  if (year < 1 || month < 1 || month > 12) return 'no such month';
  if (day < 1 || day > daysInMonth(year, month)) return 'no such day in that month';
  const twelve = fields.afternoon !== undefined;
  if (twelve ? hour < 1 || hour > 12 : hour > 23) return 'no such hour';
  if (minute > 59 || second > 59) return 'no such minute or second';
  const hours = twelve ? (hour % 12) + (fields.afternoon ? 12 : 0) : hour;
  return dayNumber(year, month, day) * DAY + ((hours * 60 + minute) * 60 + second) * 1000 + fields.millisecond;
}

function blank(): Fields {
  const fields: Partial<Fields> = {};
  reset(fields);
  return fields;
}

function reset(fields: Partial<Fields>): asserts fields is Fields {
  fields.year = 1970;
  fields.month = 1;
  fields.day = 1;
  fields.hour = 0;
  fields.minute = 0;
  fields.second = 0;
  fields.millisecond = 0;
  fields.offset = undefined;
  fields.afternoon = undefined;
}

function sequence(pattern: string, start: number, close: string | undefined): { step: Step; end: number } {
  const steps: Step[] = [];
  let index = start;
  while (index < pattern.length && pattern[index] !== close) {
    const letter = pattern[index] ?? '';
    if (letter === '[') {
      const inner = sequence(pattern, index + 1, ']');
      if (pattern[inner.end] !== ']') throw new RangeError(`time pattern ${pattern}: [ without ]`);
      steps.push(optional(inner.step));
      index = inner.end + 1;
    } else if (letter === "'") {
      const end = pattern.indexOf("'", index + 1);
      if (end < 0) throw new RangeError(`time pattern ${pattern}: ' without '`);
      steps.push(literal(pattern.slice(index + 1, end)));
      index = end + 1;
    } else if (/[A-Za-z]/.test(letter)) {
      let end = index;
      while (pattern[end] === letter) end++;
      steps.push(field(pattern.slice(index, end), pattern));
      index = end;
    } else {
      steps.push(literal(letter));
      index++;
    }
  }
  return { step: inOrder(steps), end: index };
}

function inOrder(steps: readonly Step[]): Step {
  return (text, start, fields) => {
    let position = start;
    for (const step of steps) {
      position = step(text, position, fields);
      if (position < 0) return -1;
    }
    return position;
  };
}

function optional(step: Step): Step {
  return (text, position, fields) => {
    const end = step(text, position, fields);
    return end < 0 ? position : end;
  };
}

function literal(expected: string): Step {
  const zero = /^(Z|UTC|GMT)$/.test(expected.trim());
  return (text, position, fields) => {
    if (!text.startsWith(expected, position)) return -1;
    if (zero) fields.offset = 0;
    return position + expected.length;
  };
}

function field(letters: string, pattern: string): Step {
  switch (letters) {
    case 'yyyy':
      return digits(4, 4, 'year');
    case 'yy':
      return shortYear;
    case 'MMM':
      return monthName;
    case 'MM':
    case 'M':
      return digits(letters.length, 2, 'month');
    case 'dd':
    case 'd':
      return digits(letters.length, 2, 'day');
    case 'HH':
    case 'H':
    case 'hh':
    case 'h':
      return digits(letters.length, 2, 'hour');
    case 'mm':
    case 'm':
      return digits(letters.length, 2, 'minute');
    case 'ss':
    case 's':
      return digits(letters.length, 2, 'second');
    case 'a':
      return halfOfDay;
    case 'X':
    case 'XXX':
      return offset;
    default:
      if (/^S+$/.test(letters)) return fraction;
      throw new RangeError(
        `time pattern ${pattern}: ${letters} is none of yyyy yy MM M MMM dd d HH H hh h mm m ss s S a X`,
      );
  }
}

function digits(least: number, most: number, field: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'): Step {
  return (text, start, fields) => {
    let value = 0;
    let position = start;
    for (; position < start + most; position++) {
      const digit = text.charCodeAt(position) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (position - start < least) return -1;
    fields[field] = value;
    return position;
  };
}

const twoDigits = digits(2, 2, 'year');

const shortYear: Step = (text, position, fields) => {
  const end = twoDigits(text, position, fields);
  if (end >= 0) fields.year += fields.year < 70 ? 2000 : 1900;
  return end;
};

const fraction: Step = (text, start, fields) => {
  let value = 0;
  let position = start;
  for (; position < start + 9; position++) {
    const digit = text.charCodeAt(position) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    if (position < start + 3) value = value * 10 + digit;
  }
  if (position === start) return -1;
  fields.millisecond = value * 10 ** Math.max(0, 3 - (position - start));
  return position;
};

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const monthName: Step = (text, position, fields) => {
  fields.month = months.indexOf(text.slice(position, position + 3).toLowerCase()) + 1;
  return fields.month === 0 ? -1 : position + 3;
};

const halfOfDay: Step = (text, position, fields) => {
  const half = text.slice(position, position + 2).toLowerCase();
  if (half !== 'am' && half !== 'pm') return -1;
  fields.afternoon = half === 'pm';
  return position + 2;
};

const stated = /(?:Z|UTC|GMT|([+-])(\d\d)(?::?(\d\d))?)/y;

const offset: Step = (text, position, fields) => {
  stated.lastIndex = position;
  const match = stated.exec(text);
  if (match === null) return -1;
  const [, sign, hours = '0', minutes = '0'] = match;
  fields.offset = (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes)) + 0;
  return stated.lastIndex;
};
