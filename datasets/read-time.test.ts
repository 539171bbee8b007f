import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeReader } from './read-time.ts';
import { compilePattern } from './time-pattern.ts';

function time(text: string | number, pattern: string, zone = 'UTC'): string {
  const moment = timeReader([pattern], zone)(text);
  return typeof moment === 'string' ? moment : new Date(moment.time).toISOString();
}

describe('times', () => {
  it('are read by their pattern', () => {
    expect(time('2010-12-01 08:26:00', 'yyyy-MM-dd HH:mm:ss')).toBe('2010-12-01T08:26:00.000Z');
    expect(time('19970101', 'yyyyMMdd')).toBe('1997-01-01T00:00:00.000Z');
    expect(time(19970101, 'yyyyMMdd')).toBe('1997-01-01T00:00:00.000Z');
    expect(time('31/12/2011 23:59', 'dd/MM/yyyy HH:mm')).toBe('2011-12-31T23:59:00.000Z');
    expect(time('1/2/2011 8:05', 'M/d/yyyy H:mm')).toBe('2011-01-02T08:05:00.000Z');
    expect(time('2019-10-01 00:00:00 UTC', "yyyy-MM-dd HH:mm:ss 'UTC'", 'Europe/Berlin')).toBe(
      '2019-10-01T00:00:00.000Z',
    );
    expect(time('05-Mar-99 12:30 am', 'dd-MMM-yy hh:mm a')).toBe('1999-03-05T00:30:00.000Z');
    expect(time('1285891200', 'epoch-seconds')).toBe('2010-10-01T00:00:00.000Z');
    expect(time('1285891200.25', 'epoch-seconds')).toBe('2010-10-01T00:00:00.250Z');
    expect(time(1285891200123, 'epoch-millis')).toBe('2010-10-01T00:00:00.123Z');
  });

  it('are read as ISO 8601 in its usual forms', () => {
    expect(time('2024-02-29', 'ISO')).toBe('2024-02-29T00:00:00.000Z');
    expect(time('2024-02-29T10:11', 'ISO')).toBe('2024-02-29T10:11:00.000Z');
    expect(time('2024-02-29 10:11:12', 'ISO')).toBe('2024-02-29T10:11:12.000Z');
    expect(time('2024-02-29T10:11:12.345678Z', 'ISO')).toBe('2024-02-29T10:11:12.345Z');
    expect(time('2024-02-29T10:11:12.5+02:00', 'ISO')).toBe('2024-02-29T08:11:12.500Z');
    expect(time('2024-02-29T10:11:12-0330', 'ISO')).toBe('2024-02-29T13:41:12.000Z');
  });

  it('that do not exist are refused with the reason', () => {
    expect(time('2011-02-30', 'yyyy-MM-dd')).toBe('"2011-02-30" is not a time: no such day in that month');
    expect(time('2011-13-01', 'yyyy-MM-dd')).toContain('no such month');
    expect(time('0000-00-00', 'yyyy-MM-dd')).toContain('no such month');
    expect(time('1900-02-29', 'yyyy-MM-dd')).toContain('no such day');
    expect(time('2011-01-01 24:00:00', 'yyyy-MM-dd HH:mm:ss')).toContain('no such hour');
    expect(time('2011-01-01 10:60:00', 'yyyy-MM-dd HH:mm:ss')).toContain('no such minute');
    expect(time('01/02/2011', 'yyyy-MM-dd')).toContain('does not look like yyyy-MM-dd');
    expect(time('2011-01-01 trailing', 'yyyy-MM-dd')).toContain('does not look like');
    expect(time(' NULL ', 'yyyy-MM-dd')).toBe('the time is empty');
  });

  it('try patterns in order', () => {
    const read = timeReader(['yyyy-MM-dd', 'dd.MM.yyyy'], 'UTC');
    expect(read('31.01.2020')).toMatchObject({ localDate: '2020-01-31' });
    expect(read('2020-01-31')).toMatchObject({ localDate: '2020-01-31' });
  });

  it('at a change of the clock are resolved as Temporal does', () => {
    expect(time('2024-03-31 02:30', 'yyyy-MM-dd HH:mm', 'Europe/Berlin')).toBe('2024-03-31T01:30:00.000Z');
    expect(time('2024-10-27 02:30', 'yyyy-MM-dd HH:mm', 'Europe/Berlin')).toBe('2024-10-27T00:30:00.000Z');
    const moment = timeReader(['yyyy-MM-dd HH:mm'], 'Europe/Berlin')('2024-03-31 02:30');
    expect(moment).toMatchObject({ localDate: '2024-03-31', localHour: 3 });
  });

  it('in any zone agree with Temporal', () => {
    const zones = [
      'Europe/London',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'America/Sao_Paulo',
      'Pacific/Apia',
    ];
    const readers = new Map(zones.map((zone) => [zone, timeReader(['yyyy-MM-dd HH:mm:ss'], zone)]));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('1975-01-01'), max: new Date('2037-01-01'), noInvalidDate: true }),
        (zone, date) => {
          const text = date.toISOString().slice(0, 19);
          const expected = Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation: 'compatible' });
          expect(readers.get(zone)?.(text.replace('T', ' '))).toEqual({
            time: expected.epochMilliseconds,
            localDate: expected.toPlainDate().toString(),
            localHour: expected.hour,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('give every day of four centuries its date', () => {
    const read = timeReader(['yyyy-MM-dd'], 'UTC');
    const wrong: string[] = [];
    for (let day = Date.UTC(1600, 0, 1); day < Date.UTC(2000, 2, 2); day += 86_400_000) {
      const text = new Date(day).toISOString().slice(0, 10);
      const moment = read(text);
      if (typeof moment === 'string' || moment.time !== day || moment.localDate !== text) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });

  it('need a pattern that means something', () => {
    expect(() => compilePattern('YYYY-MM-dd')).toThrow(/YYYY is none of/);
    expect(() => compilePattern('yyyy[MM')).toThrow(/\[ without \]/);
    expect(() => timeReader(['ISO'], 'Europe/Atlantis')).toThrow(RangeError);
  });
});
