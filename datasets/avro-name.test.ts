import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnName, columnOf } from './avro-name.ts';

it('keeps legal names and escapes the others', () => {
  expect(columnName('CustomerID')).toBe('CustomerID');
  expect(columnName('user_id')).toBe('user_id');
  expect(columnName('Customer ID')).toBe('Customer_x20_ID');
  expect(columnName('2nd')).toBe('_x32_nd');
  expect(columnName('_row')).toBe('_x5f_row');
  expect(columnName('constructor')).toBe('_x63_onstructor');
});

it('gives every column a legal field of its own, and the column back', () => {
  const odd = fc.string({
    unit: fc.constantFrom('_', 'x', '2', '0', 'a', ' ', 'é', '😀', '-'),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.oneof(odd, fc.string({ minLength: 1 })), (column) => {
      const field = columnName(column);
      expect(field).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      expect(columnOf(field)).toBe(column);
      expect(['_row', '_file', '_time', '_error', '_line']).not.toContain(field);
    }),
    { numRuns: 2000 },
  );
});
