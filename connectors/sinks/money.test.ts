import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { minorDigits } from '../../datasets/minor-digits.ts';
import { categoryMetricSchema, clientProfileSchema } from '../../schemas/generated.ts';
import { openFileSink } from './files.ts';
import { moneyOf } from './money.ts';
import { batchOf, purchase, record } from './sample-events.ts';

const amount = moneyOf('amount', 'currency', new Set(['amount', 'currency']));
const read = (minor: number | null, currency: string) => amount(record(7, { amount: minor, currency }));

it('is exact for every amount and currency, whatever came before', () => {
  const currencies = fc.constantFrom('GBP', 'JPY', 'KWD', 'CLF', 'XXX');
  fc.assert(
    fc.property(fc.maxSafeInteger(), currencies, (minor, currency) => {
      const expected = BigInt(minor) * 10n ** BigInt(4 - minorDigits(currency));
      if (expected < 10n ** 18n && expected > -(10n ** 18n)) expect(BigInt(read(minor, currency) ?? 0)).toBe(expected);
      else expect(() => read(minor, currency)).toThrow('offset 7: amount has');
    }),
  );
});

it('is null where the amount is, and rounds a mean to the last digit', () => {
  expect(read(null, 'GBP')).toBeNull();
  expect(read(255.678_9, 'GBP')).toBe(25_568);
  expect(moneyOf('price', 'JPY', new Set(['price']))(record(0, { price: 3 }))).toBe(30_000);
});

it('reads as decimals in units of the currency, and sums exactly', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ebb-money-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await using sink = openFileSink({ dir, shop: 'demo' });
  const currencies = ['GBP', 'JPY', 'KWD'] as const;
  const rows = Array.from({ length: 300 }, (_, n) =>
    record(n, purchase(0, { currency: currencies[n % 3] ?? 'GBP', amount: n - 20, unitPrice: n % 7 === 0 ? null : n })),
  );
  // More than a number holds exactly, once it is in ten thousandths.
  rows.push(record(300, purchase(0, { amount: 9_007_199_254_740_991, unitPrice: 1 })));
  await sink.put(batchOf('events', rows), false);
  const profile = { customerId: 'c', spend: 1_999, averageBasket: 666.333_33, averagePrice: null, currency: 'GBP' };
  await sink.put(batchOf('client-profiles', [record(0, profile)], { schema: clientProfileSchema }), false);

  const connection = await (await DuckDBInstance.create()).connect();
  onTestFinished(() => connection.closeSync());
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  expect(
    await query(
      `select currency, typeof(any_value(amount)) as type, sum(amount)::varchar as amount, sum(unitPrice)::varchar as price
       from read_parquet('${dir}/demo/events/*/*.parquet') where _offset < 300 group by currency order by currency`,
    ),
  ).toEqual(
    currencies.map((currency, index) => {
      const own = rows.slice(0, 300).filter((_, n) => n % 3 === index);
      const digits = minorDigits(currency);
      const sum = (field: string) => own.reduce((total, { value }) => total + Number(value?.[field] ?? 0), 0);
      const text = (minor: number) => (minor / 10 ** digits).toFixed(4);
      return { currency, type: 'DECIMAL(18,4)', amount: text(sum('amount')), price: text(sum('unitPrice')) };
    }),
  );
  expect(
    await query(
      `select amount::varchar as amount from read_parquet('${dir}/demo/events/*/*.parquet') where _offset = 300`,
    ),
  ).toEqual([{ amount: '90071992547409.9100' }]);
  expect(
    await query(
      `select spend::varchar as spend, averageBasket::varchar as basket, averagePrice as price from read_parquet('${dir}/demo/client-profiles/*/*.parquet')`,
    ),
  ).toEqual([{ spend: '19.9900', basket: '6.6633', price: null }]);
});

it('is in the currency of the shop where records have none, and in minor units where the shop has none either', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ebb-money-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const metric = { category: 'a', windowStart: 0, windowEnd: 3_600_000, transactions: 1, uniqueCustomers: 1 };
  const rest = { minPrice: 5, avgPrice: 5.123_456, maxPrice: null, quantity: 1, returns: 0, complete: true };
  const batch = batchOf('category-metrics', [record(0, { ...metric, revenue: 1_999, ...rest })], {
    schema: categoryMetricSchema,
  });
  const read = async (shop: string, currency: string | undefined) => {
    await using sink = openFileSink({ dir, shop, currency: async () => currency });
    await sink.put(batch, false);
    const connection = await (await DuckDBInstance.create()).connect();
    const sql = `select revenue::varchar as revenue, typeof(revenue) as type, avgPrice::varchar as mean from read_parquet('${dir}/${shop}/category-metrics/*/*.parquet')`;
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  };
  expect(await read('pounds', 'GBP')).toEqual([{ revenue: '19.9900', type: 'DECIMAL(18,4)', mean: '0.0512' }]);
  expect(await read('yen', 'JPY')).toEqual([{ revenue: '1999.0000', type: 'DECIMAL(18,4)', mean: '5.1235' }]);
  expect(await read('mixed', undefined)).toEqual([{ revenue: '1999', type: 'BIGINT', mean: '5.123456' }]);
});
