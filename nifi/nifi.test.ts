import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kaggleEcommerce } from '../datasets/kaggle-ecommerce.ts';
import { onlineRetail } from '../datasets/online-retail.ts';
import { flow } from './flow.ts';
import { generatedFiles } from './generate.ts';
import type { Generation } from './model.ts';
import { type JsonFlow, type ReadComponent, type ReadFlow, readDefinition, readTemplate } from './read-flow.testing.ts';

const committed = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const json: JsonFlow = JSON.parse(committed('NiFi.json'));
const files: readonly (readonly [Generation, string, ReadFlow])[] = [
  [2, 'NiFi.json', readDefinition(json)],
  [1, 'NiFi.xml', readTemplate(committed('NiFi.xml'))],
];

it.each([...generatedFiles()])('%s is what nifi/flow.ts says (otherwise: node nifi/generate.ts)', (file, content) => {
  expect(committed(file)).toBe(content);
});

describe.each(files)('for NiFi %i, %s', (generation, _, read) => {
  const model = flow(generation, { descriptor: onlineRetail });
  const names = new Map(read.processors.map(({ id, name }) => [id, name]));

  it('routes or ends every relationship of every processor, and none twice', () => {
    for (const { id, name, ended } of read.processors) {
      const routed = read.connections.filter(({ from }) => from === id).flatMap(({ relationships }) => relationships);
      const all = model.processors.find((one) => one.name === name)?.relationships ?? [];
      expect([...routed, ...ended].sort(), name).toEqual([...all].sort());
    }
  });

  it('sends nothing where failure ends without a word, nor without back pressure', () => {
    for (const { from, to, objects, bytes } of read.connections) {
      expect([names.get(from), names.get(to)]).not.toContain(undefined);
      expect(objects).toBeGreaterThan(0);
      expect(bytes).toBe('1 GB');
    }
    // The last resort, and a WebSocket that is tried again by itself.
    const silent = read.processors.filter(({ ended }) => ended.includes('failure')).map(({ name }) => name);
    expect(silent).toEqual(generation === 1 ? [] : ['Connect to generator']);
  });

  it('refers to services that are there, and to all of them', () => {
    const ids = new Map(read.services.map(({ id, name }) => [id, name]));
    const used = [...read.processors, ...read.services].flatMap(({ properties }) => Object.values(properties));
    expect(new Set(used.flatMap((value) => ids.get(value) ?? []))).toEqual(new Set(ids.values()));
    const dangling = used.filter((value) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value) && !ids.has(value));
    expect(dangling).toEqual([]);
  });

  it('names its addresses by parameters, or holds their values where there are none', () => {
    const used = [...read.processors, ...read.services].flatMap(({ properties }) =>
      Object.values(properties).flatMap((value) => [...value.matchAll(/#\{([^}]+)\}/g)].map(([, name]) => name)),
    );
    expect(new Set(used)).toEqual(new Set(read.parameters));
    expect(read.parameters.length).toBe(generation === 1 ? 0 : 13);
  });
});

it('gives columns whose names are no Avro names those of the schema', () => {
  const named = flow(2, { descriptor: kaggleEcommerce }).processors.find(({ name }) => name === 'Name fields');
  expect(named?.properties).toMatchObject({
    '/Customer_x20_ID': "/'Customer ID'",
    '/_key': "coalesce(/'Customer ID', /_row)",
  });
});

/** Flows that ran in a NiFi, and the keys that its components have; not part of the project. */
const known = resolve(import.meta.dirname, '..', process.env.EBB_NIFI ?? '../shared/nifi');

describe.skipIf(!existsSync(known))(`held against flows that ran (${known})`, () => {
  /** There is no flow with these that ran: their keys are from NiFi's sources. */
  const unseen = [
    ...['ConnectWebSocket', 'CryptographicHashContent', 'JettyWebSocketClient', 'PutFile', 'UpdateRecord'],
    'ValidateRecord',
  ];
  const short = ({ type }: ReadComponent): string => type.slice(type.lastIndexOf('.') + 1);
  const all = (read: ReadFlow): readonly ReadComponent[] => [...read.processors, ...read.services];

  function compare(
    read: ReadFlow,
    types: ReadonlyMap<string, Pick<ReadComponent, 'bundle' | 'properties'>>,
    others: readonly string[],
  ): void {
    const missing = all(read).filter(({ type }) => !types.has(type));
    expect(new Set(missing.map(short))).toEqual(new Set([...unseen, ...others]));
    for (const one of all(read)) {
      const ran = types.get(one.type);
      if (ran === undefined) continue;
      expect(one.bundle, one.name).toBe(ran.bundle);
      expect(Object.keys(ran.properties), one.name).toEqual(expect.arrayContaining(Object.keys(one.properties)));
    }
  }

  it('has the components of 2.3.0, with their very keys', () => {
    type Known = Readonly<Record<string, { bundle: Record<string, string>; properties: Record<string, string> }>>;
    const properties: Known = JSON.parse(readFileSync(join(known, 'nifi-2.3.0-properties.json'), 'utf8'));
    const types = Object.entries(properties).map(
      ([type, one]) => [type, { bundle: Object.values(one.bundle).join(':'), properties: one.properties }] as const,
    );
    compare(readDefinition(json), new Map(types), []);
  });

  it('has the components of 1.18.0, with their very keys', () => {
    const ran = readTemplate(readFileSync(join(known, 'known-good-1.x.xml'), 'utf8'));
    const others = ['LogAttribute', 'ConfluentSchemaRegistry', 'AvroRecordSetWriter'];
    compare(readTemplate(committed('NiFi.xml')), new Map(all(ran).map((one) => [one.type, one])), others);
  });

  it('has the fields of the definition that was imported, no more and no fewer', () => {
    const ran: JsonFlow = JSON.parse(readFileSync(join(known, 'known-good-2.x.json'), 'utf8'));
    const keys = (value: unknown): readonly string[] => Object.keys(value ?? {}).sort();
    expect(keys(json)).toEqual(keys(ran));
    expect(keys(json.flowContents)).toEqual(keys(ran.flowContents));
    for (const part of ['processors', 'controllerServices', 'connections'] as const)
      for (const one of json.flowContents[part]) expect(keys(one), part).toEqual(keys(ran.flowContents[part][0]));
    const context = (of: JsonFlow) => Object.values(of.parameterContexts)[0];
    expect(keys(context(json))).toEqual(keys(context(ran)));
    expect(keys(context(json)?.parameters[0])).toEqual(keys(context(ran)?.parameters[0]));
  });
});
