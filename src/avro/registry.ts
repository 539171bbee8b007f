import type { Schema } from 'avsc';

/** The schema registry port. Adapters: `embedded-registry.ts` (a SQLite file), `confluent-registry.ts` (HTTP). */
export interface Registry extends AsyncDisposable {
  /**
   * The id of `schema` under `subject`, registering it when it is new.
   * @throws AvroError INCOMPATIBLE when it cannot read what the subject's latest schema wrote (BACKWARD); nothing is written then.
   */
  idOf(subject: string, schema: Schema): Promise<number>;
  /** @throws AvroError UNKNOWN_SCHEMA */
  schemaOf(id: number): Promise<Schema>;
}
