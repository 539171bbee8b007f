import { expect, it } from 'vitest';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import { openSerde } from '../src/avro/serde.ts';
import { kaggleEcommerce } from './kaggle-ecommerce.ts';
import { onlineRetail } from './online-retail.ts';
import { type RawRow, rawSchema, rawTopic } from './raw.ts';

const envelope = { _row: 1, _file: 'f', _time: null, _error: null, _line: null };

it('stays readable when a later file has more, fewer or reordered columns', async () => {
  await using registry = memoryRegistry();
  const subject = 'uci.raw.kaggle-ecommerce-value';
  const reader = await openSerde<RawRow>(registry, subject, rawSchema(kaggleEcommerce, []));
  const more = await openSerde<RawRow>(registry, subject, rawSchema(kaggleEcommerce, ['Loyalty Card', 'Customer ID']));
  const fewer = await openSerde<RawRow>(registry, subject, rawSchema(kaggleEcommerce, ['Customer ID']));
  expect(more.id).not.toBe(reader.id);
  const cells = Object.fromEntries(fieldNames().map((name) => [name, null]));
  const bytes = more.encode({ ...cells, ...envelope, Customer_x20_ID: '25337', Loyalty_x20_Card: 'gold' });
  await reader.prepare([bytes]);
  await fewer.prepare([bytes]);
  expect(reader.decode(bytes)).toMatchObject({ Customer_x20_ID: '25337' });
  expect(fewer.decode(bytes)).toMatchObject({ Customer_x20_ID: '25337' });
});

function fieldNames(): readonly string[] {
  const { fields } = rawSchema(kaggleEcommerce, []) as unknown as {
    readonly fields: readonly { readonly name: string }[];
  };
  return fields.map(({ name }) => name);
}

it('is keyed by customer, by invoice where there is none, and by nothing where there is neither', () => {
  const { key, name, ticked } = rawTopic(onlineRetail);
  expect([name, ticked]).toEqual(['raw.online-retail', true]);
  expect(key({ ...envelope, CustomerID: '17850.0', InvoiceNo: '536365' })).toBe('17850');
  expect(key({ ...envelope, CustomerID: '', InvoiceNo: '536365' })).toBe('536365');
  expect(key({ ...envelope, CustomerID: null, InvoiceNo: null })).toBeNull();
});

it('has no time where none could be read', () => {
  const { time } = rawTopic(onlineRetail);
  expect(time({ ...envelope, _time: 5 })).toBe(5);
  expect(time(envelope)).toBeNaN();
});
