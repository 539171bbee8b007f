import { describe, expect, it } from 'vitest';
import { parseDescriptor } from './descriptor.ts';
import { inspect, type Sample } from './inspect.ts';

function sample(
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  changes: Partial<Sample> = {},
): Sample {
  return {
    name: 'Sales 2024.csv.gz',
    format: { kind: 'csv', delimiter: ';' },
    columns,
    rows: rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]))),
    malformed: 0,
    whole: true,
    ...changes,
  };
}

const unsure = (proposal: ReturnType<typeof inspect>) =>
  proposal.reasons.filter(({ sure }) => !sure).map(({ field }) => field);

describe('a proposal', () => {
  it('is a valid descriptor, named for the file', () => {
    const { descriptor } = inspect(sample(['client', 'when', 'paid amount'], [['7', '2024-01-01 10:00', '2,50']]));
    expect(parseDescriptor(descriptor, 'test')).toMatchObject({
      name: 'sales-2024',
      columns: { customer: 'client', time: 'when', amount: 'paid amount' },
      decimal: ',',
      amount: 'column',
      rows: { sorted: true },
    });
  });

  it('tells days from months by the values', () => {
    const days = inspect(
      sample(
        ['date', 'price'],
        [
          ['13/02/2024', '1'],
          ['01/03/2024', '2'],
        ],
      ),
    );
    expect(days.descriptor.time.patterns).toEqual(['d/M/yyyy']);
    const months = inspect(
      sample(
        ['date', 'price'],
        [
          ['2/13/2024 8:05', '1'],
          ['3/1/2024 17:00', '2'],
        ],
      ),
    );
    expect(months.descriptor.time.patterns).toEqual(['M/d/yyyy H:mm']);
  });

  it('tells days from months by the order of the rows, and says that it is a guess', () => {
    const months = inspect(
      sample(
        ['date', 'price'],
        [
          ['01/11/2024', '1'],
          ['01/12/2024', '1'],
          ['02/01/2024', '1'],
          ['02/02/2024', '1'],
        ],
      ),
    );
    expect(months.descriptor.time.patterns).toEqual(['M/d/yyyy']);
    expect(unsure(months)).toContain('time.patterns');
    const either = inspect(
      sample(
        ['date', 'price'],
        [
          ['01/01/2024', '1'],
          ['02/02/2024', '1'],
        ],
      ),
    );
    expect(either.descriptor.time.patterns).toEqual(['d/M/yyyy']);
    expect(unsure(either)).toContain('time.patterns');
  });

  it('sees that rows are in no order of time', () => {
    const { descriptor } = inspect(
      sample(
        ['id', 'date', 'price'],
        [
          ['1', '2024-03-01', '1'],
          ['1', '2024-06-01', '1'],
          ['2', '2024-01-01', '1'],
        ],
      ),
    );
    expect(descriptor.rows).toEqual({ sorted: false });
    expect(descriptor.time.precision).toBe('day');
  });

  it('allows for a little disorder', () => {
    const times = Array.from({ length: 50 }, (_, minute) =>
      `2024-03-01 ${10 + Math.floor(minute / 6)}:${(minute % 6) * 10}`.replace(/:0$/, ':00'),
    );
    const rows = [...times.slice(0, 20), times[18] ?? '', ...times.slice(20)].map((time) => [time, '1']);
    expect(inspect(sample(['time', 'price'], rows)).descriptor.rows).toEqual({ sorted: true, disorder: 2 * 600_000 });
  });

  it('maps kinds of events, and names the values that it does not understand', () => {
    const proposal = inspect(
      sample(
        ['event', 'user id', 'ts', 'price', 'category_id', 'category name'],
        [
          ['page_view', '9007199254740993', '1704067200', '1.5', '1', 'Books'],
          ['add_to_cart', '9007199254740993', '1704067201', '1.5', '1', 'Books'],
          ['buy', '9007199254740993', '1704067202', '1.5', '1', 'Books'],
          ['wishlist', '9007199254740993', '1704067203', '1.5', '1', 'Books'],
        ],
      ),
    );
    expect(proposal.descriptor).toMatchObject({
      columns: { customer: 'user id', time: 'ts', unitPrice: 'price', category: 'category name' },
      time: { patterns: ['epoch-seconds'] },
      amount: 'quantity*unitPrice',
      kind: { column: 'event', values: { page_view: 'VIEW', add_to_cart: 'CART', buy: 'PURCHASE' } },
    });
    expect(proposal.reasons).toContainEqual({
      field: 'kind',
      because: expect.stringContaining('wishlist'),
      sure: false,
    });
  });

  it('takes negative quantities for returns', () => {
    const { descriptor } = inspect(
      sample(
        ['date', 'qty', 'unit price', 'total price'],
        [
          ['2024-03-01', '-2', '1.50', '-3.00'],
          ['2024-03-02', '2', '1.50', '3.00'],
        ],
      ),
    );
    expect(descriptor).toMatchObject({
      columns: { quantity: 'qty', unitPrice: 'unit price', amount: 'total price' },
      kind: {
        rules: [
          { when: [{ column: 'qty', is: '<', value: 0 }], kind: 'RETURN' },
          { when: [], kind: 'PURCHASE' },
        ],
      },
    });
  });

  it('makes no purchase of a row that sold nothing', () => {
    const rows = [['2024-03-01', '-1', '2'] as const, ['2024-03-02', '0', '2'] as const];
    const { descriptor } = inspect(sample(['date', 'qty', 'price'], rows));
    expect(parseDescriptor(descriptor, 'test').reject).toEqual([
      { when: [{ column: 'qty', is: '=', value: 0 }], code: 'ZERO_QUANTITY', message: 'qty is 0' },
    ]);
    expect(inspect(sample(['date', 'price'], [['2024-03-01', '2']])).descriptor.reject).toBeUndefined();
  });

  it('takes the column that holds most times, when some are broken, and says so', () => {
    const rows = [...Array.from({ length: 9 }, (_, day) => [`2024-03-0${day + 1}`, '2']), ['soon', '2']];
    const proposal = inspect(sample(['when', 'price'], rows));
    expect(proposal.descriptor.time.patterns).toEqual(['yyyy-MM-dd']);
    expect(proposal.reasons).toContainEqual({
      field: 'time.patterns',
      because: expect.stringContaining('10.0 % of the sample'),
      sure: false,
    });
  });

  it('names the columns that are not used', () => {
    const { reasons } = inspect(sample(['date', 'price', 'till', 'note'], [['2024-03-01', '2', '7', 'x']]));
    expect(reasons).toContainEqual({ field: 'columns', because: 'not used: till, note', sure: true });
  });

  it('needs a time and money', () => {
    expect(() => inspect(sample(['a', 'price'], [['x', '1']]))).toThrow(/no column of .* can be read as a time/);
    expect(() => inspect(sample(['date', 'note'], [['2024-03-01', 'x']]))).toThrow(/looks like money/);
  });
});
