import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const folder = join(import.meta.dirname, '..', 'notebooks');
const cell = z.object({
  cell_type: z.enum(['markdown', 'code']),
  source: z.array(z.string()),
  outputs: z.array(z.looseObject({ output_type: z.string() })).optional(),
  execution_count: z.number().nullish(),
});
const notebook = z.object({
  cells: z.array(cell),
  metadata: z.object({ kernelspec: z.object({ name: z.literal('deno') }) }),
});
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));

describe.each(names)('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const { cells } = notebook.parse(JSON.parse(text));
  const code = cells.filter(({ cell_type }) => cell_type === 'code');

  it('is committed as it was executed: every cell, in order, without an error', () => {
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, index) => index + 1));
    expect(code.flatMap(({ outputs = [] }) => outputs.filter(({ output_type }) => output_type === 'error'))).toEqual(
      [],
    );
  });

  it('has kept what every cell shows', () => {
    const showing = code.filter(({ source }) => /^await (show|table|print)\(/m.test(source.join('')));
    expect(showing.filter(({ outputs = [] }) => outputs.length === 0)).toEqual([]);
    expect(text).toContain('"image/png"');
  });

  it('names no place of the machine on which it was executed', () => {
    expect(text).not.toMatch(/\/work\/|\/root\/|\/home\/|\/tmp\//);
  });
});

it('are five', () => {
  expect(names).toHaveLength(5);
});
