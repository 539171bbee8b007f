import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approximately, multiply, parseDecimal, toMinor, toWhole } from './decimal.ts';

function minor(text: string, places = 2, mark: '.' | ',' = '.'): number | undefined {
  const decimal = parseDecimal(text, mark);
  return decimal && toMinor(decimal, places);
}

describe('decimals', () => {
  it('keep money exact where binary fractions do not', () => {
    expect(minor('2.55')).toBe(255);
    expect(minor('1.005')).toBe(101);
    expect(minor('-1.005')).toBe(-101);
    expect(minor('0.004')).toBe(0);
    expect(Object.is(minor('-0.001'), 0)).toBe(true);
    expect(minor('8.345', 2)).toBe(835);
    expect(minor('12')).toBe(1200);
    expect(minor('12', 0)).toBe(12);
    expect(minor('0.5', 0)).toBe(1);
    expect(minor('-0.5', 0)).toBe(-1);
  });

  it('read signs of currency, groups and exponents', () => {
    expect(minor('1,234.56')).toBe(123456);
    expect(minor('1.234,56', 2, ',')).toBe(123456);
    expect(minor('2,55', 2, ',')).toBe(255);
    expect(minor("1'234.5")).toBe(123450);
    expect(minor('£2.55')).toBe(255);
    expect(minor('-$2.55')).toBe(-255);
    expect(minor('2.55 €')).toBe(255);
    expect(minor('1e3')).toBe(100000);
    expect(minor('2.5e-1')).toBe(25);
    expect(minor('.5')).toBe(50);
    expect(minor('5.')).toBe(500);
  });

  it('refuse what is not a number', () => {
    for (const text of ['', '-', '+', '.', 'abc', '1.2.3', '12,34', '1 2', '--1', '0x10', '1e', 'NaN', 'Infinity']) {
      expect(parseDecimal(text, '.'), text).toBeUndefined();
    }
    expect(parseDecimal('2.55', ',')).toBeUndefined();
  });

  it('multiply and round half away from zero, as bigints say', () => {
    const text = fc
      .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 6 }))
      .map(([digits, scale]) => ({ digits, scale, text: decimalText(digits, scale) }));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 4 }), (a, b, places) => {
        const first = parseDecimal(a.text, '.');
        const second = parseDecimal(b.text, '.');
        if (first === undefined || second === undefined) throw new Error(`${a.text} ${b.text}`);
        expect(toMinor(multiply(first, second), places)).toBe(rounded(a.digits * b.digits, a.scale + b.scale, places));
      }),
    );
  });

  it('are undefined as money beyond safe integers, never wrong', () => {
    expect(minor('90071992547409.91')).toBe(Number.MAX_SAFE_INTEGER);
    expect(minor('90071992547409.92')).toBeUndefined();
    expect(minor('1e300')).toBeUndefined();
  });

  it('know whole numbers', () => {
    const whole = (text: string) => {
      const decimal = parseDecimal(text, '.');
      return decimal && toWhole(decimal);
    };
    expect(whole('6.0')).toBe(6);
    expect(whole('-80995')).toBe(-80995);
    expect(whole('1.5')).toBeUndefined();
    expect(whole('9007199254740993')).toBeUndefined();
    expect(approximately({ digits: 255, scale: 2 })).toBe(2.55);
  });
});

function decimalText(digits: bigint, scale: number): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  return `${digits < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${text.slice(text.length - scale)}`}`;
}

function rounded(digits: bigint, scale: number, places: number): number | undefined {
  const doubled = digits * 2n * 10n ** BigInt(places);
  const unit = 10n ** BigInt(scale);
  const away = doubled < 0n ? -((-doubled + unit) / (2n * unit)) : (doubled + unit) / (2n * unit);
  const number = Number(away);
  return Number.isSafeInteger(number) ? number : undefined;
}
