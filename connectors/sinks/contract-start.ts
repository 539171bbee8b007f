/** For tests: what every test of the sink contract begins with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openEmbeddedLog } from '../../src/log/embedded.ts';
import { openShop, type Shop } from './contract-shop.ts';

export const count = 240;
export const expected: readonly string[] = Array.from({ length: count }, (_, n) => `test-${n}`).sort();

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-sink-contract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

export async function shopIn(folder: string): Promise<Shop> {
  return openShop(folder, await openEmbeddedLog({ path: join(folder, 'log.db') }));
}
