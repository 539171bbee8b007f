/**
 * Runs every `x.int.test.ts` on real servers: a stack of its own on free ports, ended whatever happens. Tests find it by
 * EBB_BROKERS and EBB_REGISTRY. Arguments are vitest's.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedChromium } from './stack/chromium.ts';
import { installedHdfs } from './stack/hdfs-install.ts';
import { startKafka } from './stack/kafka.ts';
import { installedMariadb } from './stack/mariadb.ts';
import { installedMinio } from './stack/minio-install.ts';
import { startRegistry } from './stack/registry.ts';
import type { Say } from './stack/say.ts';

const root = join(import.meta.dirname, '..');
const say: Say = { line: (text) => process.stderr.write(`${text}\n`), progress() {} };

const dir = await mkdtemp(join(tmpdir(), 'ebb-test-stack-'));
try {
  // Here and not in a test, which has no time for downloads and for building MinIO.
  await Promise.all([installedMariadb(say), installedHdfs(say), installedMinio(say), installedChromium(say)]);
  say.line('Starting Kafka and the schema registry…');
  await using kafka = await startKafka({ dir: join(dir, 'kafka'), say });
  await using registry = await startRegistry({ dir: join(dir, 'registry'), say });
  process.exitCode = await vitest({ EBB_BROKERS: kafka.bootstrap.join(), EBB_REGISTRY: registry.url });
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** @returns its exit code */
function vitest(environment: Readonly<Record<string, string>>): Promise<number> {
  const args = ['run', '--config', join(root, 'vitest.int.config.ts'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  // It ends by itself on a signal, and then the servers are ended.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
  });
}
