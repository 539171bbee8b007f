/** The schema registry in a SQLite file: several processes share it, and it may share the embedded log's file. */
import { DatabaseSync } from 'node:sqlite';
import type { Schema } from 'avsc';
import { incompatibility, incompatible } from './compatibility.ts';
import { AvroError } from './error.ts';
import { normalise } from './normalise.ts';
import type { Registry } from './registry.ts';

/** Where a registry beside an embedded log keeps its schemas. */
export interface EmbeddedRegistryOptions {
  /** The SQLite file, made when absent; `:memory:` for one that nobody shares. */
  readonly path: string;
}

/** Milliseconds to wait for another process's transaction. */
const busyTimeout = 30_000;

const tables = `
  CREATE TABLE IF NOT EXISTS registry_schemas (
    id INTEGER PRIMARY KEY,
    schema TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS registry_versions (
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    id INTEGER NOT NULL REFERENCES registry_schemas (id),
    PRIMARY KEY (subject, version),
    UNIQUE (subject, id)
  ) STRICT, WITHOUT ROWID;
`;

/** Opens the registry. Ids count from 1 and are the same for the same schema under any subject. @throws AvroError UNAVAILABLE */
export async function openEmbeddedRegistry({ path }: EmbeddedRegistryOptions): Promise<Registry> {
  const db = reach(path, () => open(path));
  const find = db.prepare(
    'SELECT id FROM registry_versions JOIN registry_schemas USING (id) WHERE subject = ? AND schema = ?',
  );
  const latest = db.prepare(
    'SELECT version, schema FROM registry_versions JOIN registry_schemas USING (id) WHERE subject = ? ORDER BY version DESC LIMIT 1',
  );
  const addSchema = db.prepare('INSERT INTO registry_schemas (schema) VALUES (?) ON CONFLICT DO NOTHING');
  const addVersion = db.prepare(
    'INSERT INTO registry_versions (subject, version, id) SELECT ?, ?, id FROM registry_schemas WHERE schema = ?',
  );
  const byId = db.prepare('SELECT schema FROM registry_schemas WHERE id = ?');
  const schemas = new Map<number, Schema>();

  function idOf(subject: string, schema: Schema): number {
    const text = JSON.stringify(normalise(schema));
    const known = reach(path, () => find.get(subject, text));
    if (known !== undefined) {
      return Number(known.id);
    }
    return reach(path, () => transaction(db, () => register(subject, text)));
  }

  function register(subject: string, text: string): number {
    // Another process may have registered it since.
    const known = find.get(subject, text);
    if (known !== undefined) {
      return Number(known.id);
    }
    const before = latest.get(subject);
    const reason = incompatibility(parse(text), parse(before === undefined ? text : String(before.schema)));
    if (reason !== undefined) {
      throw incompatible(subject, Number(before?.version), reason);
    }
    addSchema.run(text);
    addVersion.run(subject, Number(before?.version ?? 0) + 1, text);
    return Number(find.get(subject, text)?.id);
  }

  function schemaOf(id: number): Schema {
    const cached = schemas.get(id);
    if (cached !== undefined) {
      return cached;
    }
    const row = reach(path, () => byId.get(id));
    if (row === undefined) {
      throw new AvroError('UNKNOWN_SCHEMA', `the registry has no schema with id ${id}`);
    }
    const schema = parse(String(row.schema));
    schemas.set(id, schema);
    return schema;
  }

  return {
    idOf: async (subject, schema) => idOf(subject, schema),
    schemaOf: async (id) => schemaOf(id),
    [Symbol.asyncDispose]: async () => db.close(),
  };
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyTimeout });
  try {
    db.exec('PRAGMA journal_mode = WAL');
    transaction(db, () => db.exec(tables));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Takes the write lock first, so that what was read still holds when it is written. */
function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) {
      db.exec('ROLLBACK');
    }
    throw error;
  }
}

function reach<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AvroError) {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AvroError('UNAVAILABLE', `the schema registry in ${path}: ${reason}`, { cause });
  }
}

function parse(text: string): Schema {
  return JSON.parse(text);
}
