/** Schema registries that speak Confluent's API: Confluent's own, Apicurio (ccompat v7), Karapace, Redpanda. */
import type { Schema } from 'avsc';
import { z } from 'zod';
import { incompatibility, incompatible } from './compatibility.ts';
import { type AccessOptions, accessOf } from './confluent-access.ts';
import { asker } from './confluent-http.ts';
import { AvroError } from './error.ts';
import { normalise } from './normalise.ts';
import type { Registry } from './registry.ts';
import { compile } from './type.ts';

export interface ConfluentRegistryOptions extends AccessOptions {
  /** ms for which a registry that does not answer is asked again before UNAVAILABLE; default 10,000. */
  readonly patience?: number | undefined;
  /** Part of the User-Agent header; default `ebb`. */
  readonly clientId?: string | undefined;
  /** Ends what waits for the registry, as closing it does. */
  readonly signal?: AbortSignal | undefined;
}

const idShape = z.object({ id: z.int().positive() }).transform(({ id }) => id);
/** The API's own "not found": a server that knows no such path has another, or none, and says nothing about a schema. */
const notFound = z.object({ error_code: z.int().min(40401).max(40499) }).transform(() => undefined);
const schemaShape = z.object({
  schema: z.string(),
  schemaType: z.string().nullish(),
  references: z.array(z.unknown()).nullish(),
});
const versionShape = schemaShape.extend({ id: z.int().positive(), version: z.int() });

/**
 * Opens the registry; nothing is asked before it is needed. What it answered once is never asked again, and many who ask the
 * same at once share one request. Schemas are registered normalised, under BACKWARD where the subject is new; whatever the
 * registry checks, one that cannot read what the subject's latest wrote is refused here.
 * @throws AvroError UNAVAILABLE when `url` is none
 */
export async function openConfluentRegistry(options: ConfluentRegistryOptions): Promise<Registry> {
  const access = accessOf(options);
  const closing = new AbortController();
  const ask = asker({
    access,
    patience: options.patience ?? 10_000,
    clientId: options.clientId ?? 'ebb',
    signal: options.signal === undefined ? closing.signal : AbortSignal.any([options.signal, closing.signal]),
  });
  const ids = new Map<string, Promise<number>>();
  const schemas = new Map<number, Promise<Schema>>();

  async function idOf(subject: string, schema: Schema): Promise<number> {
    const own = normalise(schema);
    const text = JSON.stringify(own);
    return shared(ids, `${subject} ${text}`, () => findOrRegister(subject, own, text));
  }

  async function findOrRegister(subject: string, own: Schema, text: string): Promise<number> {
    compile(own);
    const known = await find(subject, text);
    if (known !== undefined) {
      return known;
    }
    const latest = await ask(
      `what the latest schema of ${subject} is`,
      (api, common) => api.Subject.latestVersion({ subject, ...common }),
      { 200: versionShape, 404: notFound },
    );
    if (latest === undefined) {
      await demandBackward(subject);
      return register(subject, text);
    }
    const before = schemaIn(latest, `version ${latest.version} of ${subject}`);
    // Written by another program, in its own spelling.
    if (JSON.stringify(normalise(before)) === text) {
      return latest.id;
    }
    const reason = incompatibility(own, before);
    if (reason !== undefined) {
      throw incompatible(subject, latest.version, reason);
    }
    return register(subject, text);
  }

  function find(subject: string, text: string): Promise<number | undefined> {
    return ask(
      `which id a schema has under ${subject}`,
      (api, common) => api.Subject.registered({ subject, body: { schema: text }, ...common }),
      { 200: idShape, 404: notFound },
    );
  }

  /** Before the first schema, so that it holds for the second of whoever writes it. */
  async function demandBackward(subject: string): Promise<void> {
    const done = z.unknown();
    await ask(
      `whether ${subject} is checked for BACKWARD compatibility`,
      (api, common) => api.Subject.updateConfig({ subject, body: { compatibility: 'BACKWARD' }, ...common }),
      // Who may register need not be allowed to configure: what is registered here is checked here all the same. 409 is
      // Apicurio's answer when another does it at this moment.
      { 200: done, 403: done, 405: done, 409: done, 422: done },
    );
  }

  async function register(subject: string, text: string): Promise<number> {
    const answer = await ask<number | AvroError>(
      `that it registered a schema under ${subject}`,
      (api, common) => api.Subject.register({ subject, body: { schema: text }, ...common }),
      {
        200: idShape,
        409: z.object({ message: z.string() }).transform(({ message }) => refused('INCOMPATIBLE', subject, message)),
        422: z
          .object({ error_code: z.literal(42201), message: z.string() })
          .transform(({ message }) => refused('INVALID_SCHEMA', subject, message)),
      },
    );
    if (typeof answer === 'number') {
      return answer;
    }
    throw answer;
  }

  function refused(code: 'INCOMPATIBLE' | 'INVALID_SCHEMA', subject: string, message: string): AvroError {
    const what = `${subject}: the schema registry at ${access.address} refuses the new schema`;
    return new AvroError(code, `${what}: ${message}. Nothing was registered.`);
  }

  async function schemaOf(id: number): Promise<Schema> {
    // Bytes that only look framed may hold any id; none that was given is below 1.
    return id < 1 ? unknownSchema(id) : shared(schemas, id, () => fetchSchema(id));
  }

  async function fetchSchema(id: number): Promise<Schema> {
    const answer = await ask(`which schema has id ${id}`, (api, common) => api.Schema.find({ id, ...common }), {
      200: schemaShape,
      404: notFound,
    });
    return answer === undefined ? unknownSchema(id) : schemaIn(answer, `schema id ${id}`);
  }

  function unknownSchema(id: number): never {
    throw new AvroError('UNKNOWN_SCHEMA', `the schema registry at ${access.address} has no schema with id ${id}`);
  }

  return {
    idOf,
    schemaOf,
    async [Symbol.asyncDispose]() {
      closing.abort();
      access.agent.destroy();
    },
  };
}

/** What is known, or being asked, under `key`; a failure is forgotten, so that it can be asked again. */
function shared<K, V>(known: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const before = known.get(key);
  if (before !== undefined) {
    return before;
  }
  const asked = ask();
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

function schemaIn({ schema, schemaType, references }: z.infer<typeof schemaShape>, what: string): Schema {
  if ((schemaType ?? 'AVRO') !== 'AVRO') {
    throw new AvroError('INVALID_SCHEMA', `${what} is ${schemaType}, not Avro`);
  }
  if (references?.length) {
    throw new AvroError('INVALID_SCHEMA', `${what} refers to other schemas of the registry; Ebb reads whole ones only`);
  }
  try {
    return JSON.parse(schema);
  } catch (cause) {
    throw new AvroError('INVALID_SCHEMA', `${what} is not JSON: ${schema.slice(0, 80)}`, { cause });
  }
}
