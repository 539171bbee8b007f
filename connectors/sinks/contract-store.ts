/** What the contract of sinks needs to know of a store, to run on it. */
import type { Sink } from './sink.ts';

export interface ContractStore {
  /** The sink's. */
  readonly name: string;
  /** Opens the sink on a store of the folder's own: a server's database, bucket or directory is named after the folder. */
  open(folder: string): Promise<Sink>;
  /** A module that exports `openStore: OpenStore`: a process that is to be killed opens the sink by it. */
  readonly module: URL;
  /** What it needs besides the folder: where the server is. */
  settings(): string;
  /** `eventId` of every row of topic `events` in the folder's store, repeats included. */
  eventIds(folder: string): Promise<readonly string[]>;
  /** Rows of its table of dead letters, in order of partition and offset; absent: they are on the log. */
  deadLetters?(folder: string): Promise<readonly StoredLetter[]>;
}

export type OpenStore = (folder: string, settings: string) => Promise<Sink>;

export interface StoredLetter {
  readonly topology: string;
  readonly topic: string;
  readonly partition: number;
  readonly code: string;
  readonly value: Uint8Array | null;
}
