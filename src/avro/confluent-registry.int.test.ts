import { randomUUID } from 'node:crypto';
import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { clientProfileSchema, eventSchema } from '../../schemas/generated.ts';
import { openConfluentRegistry } from './confluent-registry.ts';
import { registryContract } from './contract.ts';
import { normalise } from './normalise.ts';
import type { Registry } from './registry.ts';
import { openSerde } from './serde.ts';

const url = address();

function address(): string {
  const given = process.env.EBB_REGISTRY;
  if (given === undefined || given === '') {
    throw new Error(
      'EBB_REGISTRY is not set: these tests need a real schema registry. `npm run test:stack` starts one and sets it',
    );
  }
  return given;
}

/** A registry is shared by all who use it: each test has subjects of its own. */
async function open(prefix: string = randomUUID()): Promise<Registry> {
  const registry = await openConfluentRegistry({ url });
  return {
    idOf: (subject, schema) => registry.idOf(`${prefix}.${subject}`, schema),
    schemaOf: (id) => registry.schemaOf(id),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

registryContract('Confluent registry', open);

const visit = (...more: object[]): Schema =>
  ({
    type: 'record',
    name: 'shop.Visit',
    eventTime: 'at',
    fields: [
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'pages', type: { type: 'array', logicalType: 'set', items: 'string' } },
      ...more,
    ],
  }) as Schema;

describe('Confluent registry, among other programs', () => {
  /** What another program does, with the API itself. */
  async function other(method: string, path: string, body: unknown): Promise<number> {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    await response.arrayBuffer();
    return response.status;
  }
  const registers = (subject: string, text: string) => other('POST', `/subjects/${subject}/versions`, { schema: text });

  it.each([
    ['of events', eventSchema],
    ['with sets and counts', clientProfileSchema],
  ])('keeps all of a schema %s that is not documentation', async (_what, schema) => {
    const prefix = randomUUID();
    await using registry = await open(prefix);
    const id = await registry.idOf('x-value', schema);
    await using elsewhere = await open(prefix);
    expect(await elsewhere.schemaOf(id)).toEqual(normalise(schema));
  });

  it('lets a newer program read what an older one wrote, and an older what a newer one wrote', async () => {
    const prefix = randomUUID();
    await using here = await open(prefix);
    await using there = await open(prefix);
    const older = await openSerde(here, 'visits-value', visit());
    const newer = await openSerde(there, 'visits-value', visit({ name: 'agent', type: 'string', default: 'unknown' }));
    const written = older.encode({ at: 5, pages: new Set(['/a', '/b']) });
    await newer.prepare([written]);
    expect(newer.decode(written)).toEqual({ at: 5, pages: new Set(['/a', '/b']), agent: 'unknown' });
    const rewritten = newer.encode({ at: 6, pages: new Set(['/c']), agent: 'curl' });
    await older.prepare([rewritten]);
    expect(older.decode(rewritten)).toEqual({ at: 6, pages: new Set(['/c']) });
  });

  it('finds a schema that another program registered in its own spelling', async () => {
    const prefix = randomUUID();
    await using registry = await open(prefix);
    const spelled = JSON.stringify({ doc: 'A visit.', ...(visit() as object) }, null, 4);
    expect(await registers(`${prefix}.visits-value`, spelled)).toBe(200);
    const id = await registry.idOf('visits-value', visit());
    expect(await registry.schemaOf(id)).toMatchObject({ doc: 'A visit.' });
  });

  it('has the registry refuse what other programs would break', async () => {
    const prefix = randomUUID();
    await using registry = await open(prefix);
    await registry.idOf('visits-value', visit());
    const broken = JSON.stringify(visit({ name: 'agent', type: 'string' }));
    expect(await registers(`${prefix}.visits-value`, broken)).toBe(409);
  });

  it('refuses an incompatible schema also where the registry would take it', async () => {
    const prefix = randomUUID();
    await using registry = await open(prefix);
    await registry.idOf('visits-value', visit());
    expect(await other('PUT', `/config/${prefix}.visits-value`, { compatibility: 'NONE' })).toBe(200);
    await expect(registry.idOf('visits-value', visit({ name: 'agent', type: 'string' }))).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('field agent is new and has no default'),
    });
  });

  it('passes on why a registry refuses that is stricter', async () => {
    const prefix = randomUUID();
    await using registry = await open(prefix);
    const agent = { name: 'agent', type: 'string' };
    await registry.idOf('visits-value', visit(agent));
    expect(await other('PUT', `/config/${prefix}.visits-value`, { compatibility: 'FULL' })).toBe(200);
    await expect(registry.idOf('visits-value', visit())).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringMatching(/visits-value: the schema registry at http.* refuses the new schema: .*agent/),
    });
  });

  it('gives programs that start at once the same ids', async () => {
    const prefix = randomUUID();
    const ids = await Promise.all(
      Array.from({ length: 8 }, async () => {
        await using registry = await open(prefix);
        return await Promise.all(['a', 'b', 'c'].map((subject) => registry.idOf(`${subject}-value`, visit())));
      }),
    );
    expect(new Set(ids.flat()).size).toBe(1);
  });
});
