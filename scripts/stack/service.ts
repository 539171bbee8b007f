/** What a service of the stack is. To add one: a file that exports a `Service`, its line in services.ts, its entry in docker-compose.yml. */
import type { Say } from './say.ts';
import type { ServerSpec } from './server.ts';

/** A number that a person may choose, as a flag of `ebb stack up`. */
export interface Setting {
  /** Of `Values`, as the command line parser spells the flag. */
  readonly key: string;
  readonly flag: string;
  readonly description: string;
  readonly fallback: number;
  readonly kind: 'port' | { readonly oneOf: readonly number[] };
  /** Data are made for it: it changes only when they are removed. */
  readonly fixedByData: boolean;
}

export type Values = Readonly<Record<string, number>>;

export interface Service {
  /** And of its folder. */
  readonly name: string;
  readonly settings: readonly Setting[];
  /** Its processes. Nothing is installed or written before they are prepared. @param dir its own */
  servers(values: Values, dir: string, say: Say): readonly ServerSpec[];
  /** What Ebb is told to find it. */
  environment(values: Values): Readonly<Record<string, string>>;
  /** The variables and profiles of docker-compose.yml that mean the same. */
  compose(values: Values): {
    readonly variables: Readonly<Record<string, string | number>>;
    readonly profiles: readonly string[];
  };
}

/** @throws RangeError for a key that is no setting */
export function valueFor(values: Values, key: string): number {
  const value = values[key];
  if (value === undefined) throw new RangeError(`no setting ${key}`);
  return value;
}
