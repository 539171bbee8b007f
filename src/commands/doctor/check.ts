/** What `ebb doctor` is made of: small checks, each of one thing that can be wrong. */

export interface Finding {
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** What is the case. */
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
}

/** A check of what `T` gives it to look at; changes nothing. What it throws is a finding too: that it could not be checked. */
export interface Check<T> {
  /** Of what it looks at: `disk`, `topics`. */
  readonly name: string;
  run(on: T): Promise<readonly Finding[]>;
}

export interface Checked extends Finding {
  readonly check: string;
  /** Absent: of all shops. */
  readonly shop?: string;
}

/** Runs checks one after the other, and yields what each found when it has. */
export async function* runChecks<T>(checks: readonly Check<T>[], on: T, shop?: string): AsyncGenerator<Checked> {
  for (const check of checks) {
    const where = { check: check.name, ...(shop === undefined ? {} : { shop }) };
    for (const finding of await findingsOf(check, on)) yield { ...where, ...finding };
  }
}

async function findingsOf<T>(check: Check<T>, on: T): Promise<readonly Finding[]> {
  try {
    return await check.run(on);
  } catch (error) {
    return [{ verdict: 'fail', found: error instanceof Error ? error.message : String(error) }];
  }
}

export function ok(found: string): readonly Finding[] {
  return [{ verdict: 'ok', found }];
}

export function warn(found: string, todo: string): readonly Finding[] {
  return [{ verdict: 'warn', found, todo }];
}

export function fail(found: string, todo: string): readonly Finding[] {
  return [{ verdict: 'fail', found, todo }];
}
