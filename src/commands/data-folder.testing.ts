import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ebbOk, killStarted } from './ebb.testing.ts';

/** A folder for one test file, removed after its tests, when all that they started has ended. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-commands-'));
  afterAll(async () => {
    await killStarted();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** What `ebb query --json` gives. */
export async function query(data: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return JSON.parse((await ebbOk('query', sql, '--json', '--data', data)).stdout);
}

/** Where every topic ends, as `ebb topics --json` says. */
export async function topicEnds(data: string): Promise<Readonly<Record<string, number>>> {
  const found: readonly { readonly topic: string; readonly offsets: number }[] = JSON.parse(
    (await ebbOk('topics', '--json', '--data', data)).stdout,
  );
  return Object.fromEntries(found.map(({ topic, offsets }) => [topic, offsets]));
}
