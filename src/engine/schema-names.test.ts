import { describe, expect, it } from 'vitest';
import { compile } from '../avro/type.ts';
import { definedOnce } from './schema-names.ts';

const money = { type: 'record', name: 'Money', fields: [{ name: 'minor', type: 'long' }] };
const shopMoney = { ...money, namespace: 'shop' };
const unit = { type: 'enum', name: 'Unit', symbols: ['KG', 'M'] };

function record(name: string, fields: Readonly<Record<string, unknown>>, more: object = {}): object {
  return {
    type: 'record',
    name,
    ...more,
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
  };
}

/** The same value through the schema and back. */
function through(schema: object, value: unknown): unknown {
  const type = compile(definedOnce(schema));
  return JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(value))));
}

describe('schemas put together', () => {
  it('define a type that both sides carry once', () => {
    const both = record('Both', { left: money, right: money, more: { type: 'array', items: money } });
    const value = { left: { minor: 1 }, right: { minor: 2 }, more: [{ minor: 3 }] };
    expect(through(both, value)).toEqual(value);
    expect(JSON.stringify(definedOnce(both)).match(/"minor"/g)).toHaveLength(1);
  });

  it('define enums and fixed types once as well, in unions, maps and nested types', () => {
    const hash = { type: 'fixed', name: 'Hash', size: 2 };
    const both = record('Both', {
      a: ['null', unit],
      b: { type: 'map', values: unit },
      c: { type: unit },
      d: hash,
      e: hash,
    });
    expect(() => compile(definedOnce(both))).not.toThrow();
  });

  it('tell types of one name in two namespaces apart', () => {
    const both = record('Both', {
      left: shopMoney,
      right: { ...record('Money', { text: 'string' }), namespace: 'bank' },
    });
    const value = { left: { minor: 1 }, right: { text: 'two' } };
    expect(through(both, value)).toEqual(value);
  });

  it('give a type the namespace around it, and resolve references in it', () => {
    const outer = record(
      'Outer',
      { first: money, second: 'Money', third: record('Inner', { deep: 'Money', again: money }), fourth: 'shop.Money' },
      { namespace: 'shop' },
    );
    const value = {
      first: { minor: 1 },
      second: { minor: 2 },
      third: { deep: { minor: 3 }, again: { minor: 4 } },
      fourth: { minor: 5 },
    };
    expect(through(outer, value)).toEqual(value);
  });

  it('take a name with dots for its namespace', () => {
    const both = record('Both', {
      left: { ...money, name: 'shop.Money' },
      right: record('shop.Price', { amount: 'Money' }),
      again: shopMoney,
    });
    const value = { left: { minor: 1 }, right: { amount: { minor: 2 } }, again: { minor: 3 } };
    expect(through(both, value)).toEqual(value);
  });

  it('are refused when two different types have one name', () => {
    const both = record('Both', { left: money, right: record('Money', { text: 'string' }) });
    expect(() => definedOnce(both)).toThrow(
      expect.objectContaining({ code: 'INVALID_SCHEMA', message: expect.stringContaining('Money') }),
    );
    const inside = record('Window', { accumulator: record('Window', { count: 'long' }) });
    expect(() => definedOnce(inside)).toThrow('Window');
  });

  it('are not refused for docs, or for being written as a reference the second time', () => {
    const pair = record('Pair', { a: money, b: 'Money' });
    const both = record('Both', { x: money, y: pair, z: { ...pair, doc: 'again' } });
    const value = { x: { minor: 1 }, y: { a: { minor: 2 }, b: { minor: 3 } }, z: { a: { minor: 4 }, b: { minor: 5 } } };
    expect(through(both, value)).toEqual(value);
  });
});
