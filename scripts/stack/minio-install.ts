/** MinIO's server, built from its source: its project publishes no programs any more. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { StackError } from './error.ts';
import type { Say } from './say.ts';

/** Of 2026-02-12, the last one; Go names what has no version tag by time and commit, and checks what it downloads. */
const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';
/** From 1.21 on, Go brings the newer Go that a program asks for. */
const NEEDED_GO = [1, 21] as const;

/** @returns the program @throws StackError MISSING, DOWNLOAD */
export async function installedMinio(say: Say): Promise<string> {
  const folder = await cached(`minio-${VERSION}`, async (making) => {
    const go = findGo();
    say.line('building MinIO (250 MB of downloads and 4 to 7 minutes on two cores, once)…');
    await build(go, making, say);
  });
  return join(folder, 'minio');
}

/** @throws StackError MISSING */
function findGo(): string {
  const found = ['go', '/usr/local/go/bin/go'].map((program) => ({ program, version: versionOf(program) }));
  const { program } = found.find(({ version }) => isRecent(version)) ?? {};
  if (program !== undefined) return program;
  const old = found.find(({ version }) => version !== undefined)?.version;
  const what = old === undefined ? 'Go is not installed' : `Go ${old.join('.')} is too old`;
  throw new StackError(
    'MISSING',
    `MinIO is built with Go, and ${what}: version ${NEEDED_GO.join('.')} or newer is needed, see https://go.dev/doc/install. Or start Docker: servers in containers need nothing else.`,
  );
}

function versionOf(program: string): readonly [number, number] | undefined {
  const { error, stdout } = spawnSync(program, ['version'], { encoding: 'utf8' });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(error === undefined ? stdout : '') ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

function isRecent(version: readonly [number, number] | undefined): boolean {
  const [major, minor] = version ?? [0, 0];
  return major > NEEDED_GO[0] || (major === NEEDED_GO[0] && minor >= NEEDED_GO[1]);
}

/** @throws StackError DOWNLOAD */
async function build(go: string, folder: string, say: Say): Promise<void> {
  const args = ['install', '-v', '-trimpath', '-ldflags=-s -w', `github.com/minio/minio@${VERSION}`];
  const { code, output } = await new Promise<{ code: number | null; output: string }>((done, failed) => {
    const child = spawn(go, args, { env: { ...process.env, GOBIN: folder }, stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    let built = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
      // A line for each module that comes, and then for each package that is compiled.
      const lines = text.trimEnd().split('\n');
      built += lines.filter((line) => !line.startsWith('go: ')).length;
      const last = lines.at(-1) ?? '';
      say.progress(last.startsWith('go: ') ? last.slice(4) : `${built} packages compiled`);
    });
    child.once('error', failed);
    child.once('close', (code) => done({ code, output }));
  });
  if (code === 0) return;
  const errors = output.split('\n').filter((line) => !/^go: downloading|^[\w./-]+$/.test(line));
  throw new StackError('DOWNLOAD', `MinIO could not be built. Go says:\n${errors.slice(-5).join('\n')}`);
}
