import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Edge, layoutOf } from './layout.ts';

function edge(text: string): Edge {
  const [from = '', to = ''] = text.split('>');
  return { from, to };
}

describe('the layout of a graph', () => {
  it('puts a node behind all that lead to it', () => {
    const { places, columns } = layoutOf(
      ['raw>normalise', 'normalise>events', 'events>a', 'a>b', 'events>b'].map(edge),
    );
    expect(['raw', 'normalise', 'events', 'a', 'b'].map((node) => places.get(node)?.column)).toEqual([0, 1, 2, 3, 4]);
    expect(columns).toBe(5);
  });

  it('keeps lines from crossing where they need not', () => {
    const { places } = layoutOf(['s>a', 's>b', 's>c', 'c>z', 'b>y', 'a>x'].map(edge));
    const order = (nodes: readonly string[]) =>
      nodes.toSorted((one, other) => (places.get(one)?.row ?? 0) - (places.get(other)?.row ?? 0));
    const names = new Map([
      ['x', 'a'],
      ['y', 'b'],
      ['z', 'c'],
    ]);
    expect(order(['x', 'y', 'z']).map((node) => names.get(node))).toEqual(order(['a', 'b', 'c']));
  });

  it('has a place of its own for every node of any graph, cycles too', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(fc.array(fc.record({ from: node, to: node }), { maxLength: 12 }), (edges) => {
        const { places } = layoutOf(edges);
        const nodes = new Set(edges.flatMap(({ from, to }) => [from, to]));
        expect(new Set(places.keys())).toEqual(nodes);
        expect(new Set([...places.values()].map(({ column, row }) => `${column} ${row}`)).size).toBe(nodes.size);
      }),
    );
  });
});
