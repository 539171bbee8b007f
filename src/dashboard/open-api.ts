import { z } from 'zod';
import type { Api, Documented } from './api.ts';
import { failureShape } from './failure.ts';
import { type JsonSchema, shapeOf } from './shape.ts';

/** Of every route; each may have others. */
const always: Readonly<Record<number, string>> = {
  400: 'The request is not as described: the issues say where.',
  401: 'A token is needed.',
  403: 'The server is not called so, or a page of another site asks.',
  429: 'Too many requests: Retry-After says when to ask again.',
  500: 'A defect of the server, whose log has more.',
  503: 'The log or the registry is away, the log is still being read, or it took too long: ask again after Retry-After.',
};
const ofSockets: Readonly<Record<number, string>> = { 426: 'It was asked for without Upgrade: websocket.' };
const ofBodies: Readonly<Record<number, string>> = {
  413: 'The body is too large.',
  415: 'The body is not said to be JSON.',
};

export interface About {
  readonly title: string;
  readonly version: string;
}

/** The OpenAPI 3.1 document of all routes, made of the very descriptions that requests are held against. */
export function openApi(documented: readonly Documented[], about: About) {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const one of documented) {
    const path = one.route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: operation(one) };
  }
  const schemas: Record<string, unknown> = { Failure: shapeOf(failureShape).schema };
  return {
    openapi: '3.1.0',
    info: about,
    paths: hoisted(paths, schemas),
    components: {
      schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  };
}

/** What schemas define for themselves, put among the document's own, where their references find it. */
function hoisted(value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => hoisted(one, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (name === '$ref' && typeof inner === 'string')
      return [[name, inner.replace('#/$defs/', '#/components/schemas/')]];
    if (name !== '$defs') return [[name, hoisted(inner, schemas)]];
    for (const [id, schema] of Object.entries(inner ?? {})) schemas[id] = hoisted(schema, schemas);
    return [];
  });
  return Object.fromEntries(entries);
}

function operation({ method, status, route, body, gives }: Documented): JsonSchema {
  const { summary, description, params, query, failures } = route;
  const wrong = {
    ...always,
    ...(body === undefined ? {} : ofBodies),
    ...(status === 101 ? ofSockets : {}),
    ...failures,
  };
  const refused = Object.entries(wrong).map(([status, description]) => [
    status,
    { description, ...json({ $ref: '#/components/schemas/Failure' }) },
  ]);
  const { type, description: what, schema = {} } = gives;
  return {
    operationId: nameOf(method, route.path),
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...parameters('path', params?.schema), ...parameters('query', query?.schema)],
    ...(body === undefined ? {} : { requestBody: { required: true, ...json(body) } }),
    responses: { [status]: { description: what, content: { [type]: { schema } } }, ...Object.fromEntries(refused) },
  };
}

const json = (schema: JsonSchema) => ({ content: { 'application/json': { schema } } });

/** `GET /api/customers/:id` → `getCustomersId` */
function nameOf(method: string, path: string): string {
  const words = path
    .replace(/^\/api/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

const fields = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
});

function parameters(where: 'path' | 'query', schema: JsonSchema | undefined): readonly JsonSchema[] {
  const { properties, required } = fields.parse(schema ?? {});
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    ...{ name, in: where, required: required.includes(name), schema: own },
    ...(description === undefined ? {} : { description }),
  }));
}

/** Gives the document itself. Call it when all other routes are there. */
export function openApiRoute(api: Api, about: About): void {
  const document = shapeOf(z.looseObject({ openapi: z.string() }), 'output');
  api.get({ path: '/api/openapi.json', summary: 'This document', answer: document }, () =>
    openApi(api.documented, about),
  );
}
