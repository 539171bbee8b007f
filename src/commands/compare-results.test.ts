import type { schema } from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { openSerde } from '../avro/serde.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { compareTopics } from './compare-results.ts';

interface Row {
  readonly id: string;
  readonly part: number;
  readonly value: number | null;
}

const rowSchema = (...more: schema.RecordType['fields']): schema.RecordType => ({
  type: 'record',
  name: 'Row',
  fields: [
    ...more,
    { name: 'id', type: 'string' },
    { name: 'part', type: 'int' },
    { name: 'value', type: ['null', 'int'] },
  ],
});
const plainRow = rowSchema();

const { signal } = new AbortController();

it('compares last values by key or by fields, and records as often as they come', async () => {
  const rows = fc.array(
    fc.record<Row>({
      id: fc.constantFrom('a', 'b', 'c'),
      part: fc.nat(1),
      value: fc.option(fc.nat(2)),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(rows, rows, async (first, second) => {
      await using log = await openEmbeddedLog({ path: ':memory:' });
      await using registry = memoryRegistry();
      for (const [topic, all] of Object.entries({ first, second })) {
        await log.create([{ name: topic, partitions: 1, cleanup: 'delete' }]);
        const serde = await openSerde<Row>(registry, `${topic}-value`, plainRow);
        const records = all.map((row) => ({ key: Buffer.from(row.id), value: serde.encode(row) }));
        await log.append([{ topic, partition: 0, records }]);
      }
      const compared = (by: 'key' | 'record' | readonly string[]) =>
        compareTopics({ log, registry, first: 'first', second: 'second', by, samples: 100, signal });

      for (const [by, idOf] of [
        ['key', ({ id }: Row) => id],
        [['id', 'part'], ({ id, part }: Row) => `${id} ${part}`],
      ] as const) {
        const [left, right] = [first, second].map((all) => new Map(all.map((row) => [idOf(row), JSON.stringify(row)])));
        const ids = [...new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])];
        const count = (holds: (id: string) => boolean): number => ids.filter(holds).length;
        const found = await compared(by);
        const expected = {
          equal: count((id) => left?.get(id) === right?.get(id)),
          onlyFirst: count((id) => right?.has(id) === false),
          onlySecond: count((id) => left?.has(id) === false),
          different: count((id) => left?.has(id) === true && right?.has(id) === true && left.get(id) !== right.get(id)),
        };
        expect(found).toMatchObject(expected);
        expect(found.samples.length).toBe(ids.length - expected.equal);
      }
      const texts = second.map((row) => JSON.stringify(row));
      const unmatched = first
        .map((row) => JSON.stringify(row))
        .filter((row) => {
          const at = texts.indexOf(row);
          if (at >= 0) texts.splice(at, 1);
          return at < 0;
        });
      expect(await compared('record')).toMatchObject({
        equal: first.length - unmatched.length,
        onlyFirst: unmatched.length,
        onlySecond: texts.length,
      });
    }),
    { numRuns: 30 },
  );
});

it('takes a tombstone for no value, and names the fields that differ across schemas', async () => {
  await using log = await openEmbeddedLog({ path: ':memory:' });
  await using registry = memoryRegistry();
  const more = rowSchema({ name: 'extra', type: 'string', default: '' });
  const one = await openSerde<Row>(registry, 'first-value', plainRow);
  const two = await openSerde<Row & { readonly extra: string }>(registry, 'second-value', more);
  await log.create(['first', 'second'].map((name) => ({ name, partitions: 2, cleanup: 'compact' })));
  const key = (id: string) => Buffer.from(id);
  await log.append([
    {
      topic: 'first',
      partition: 1,
      records: [
        { key: key('a'), value: one.encode({ id: 'a', part: 0, value: 1 }) },
        { key: key('b'), value: one.encode({ id: 'b', part: 0, value: 1 }) },
        { key: key('b'), value: null },
      ],
    },
    {
      topic: 'second',
      partition: 0,
      records: [{ key: key('a'), value: two.encode({ id: 'a', part: 0, value: 2, extra: 'x' }) }],
    },
  ]);
  const by = 'key';
  expect(await compareTopics({ log, registry, first: 'first', second: 'second', by, samples: 5, signal })).toEqual({
    equal: 0,
    onlyFirst: 0,
    onlySecond: 0,
    different: 1,
    fields: { extra: 1, value: 1 },
    samples: [{ id: 'a', first: { id: 'a', part: 0, value: 1 }, second: { extra: 'x', id: 'a', part: 0, value: 2 } }],
  });
});
