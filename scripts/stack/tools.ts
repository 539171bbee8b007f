/** Programs that servers need: found, or installed from Debian's packages where that is possible without asking. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { StackError } from './error.ts';
import { exclusively } from './exclusive.ts';
import type { Say } from './say.ts';

const NEEDED_JAVA = 17;

/** A Java and what it says of itself. */
export interface Java {
  readonly program: string;
  /** Such as `17.0.15+6-Debian-1deb12u1`: caches of compiled classes fit one build only. */
  readonly build: string;
}

/** @throws StackError MISSING when there is none and it cannot be installed, or when it is too old */
export async function findJava(say: Say): Promise<Java> {
  const { JAVA_HOME } = process.env;
  const program = JAVA_HOME === undefined || JAVA_HOME === '' ? 'java' : join(JAVA_HOME, 'bin', 'java');
  await need('Java', 'default-jre-headless', () => versionOf(program) !== undefined, say);
  const text = versionOf(program);
  const major = Number(/version "(\d+)/.exec(text ?? '')?.[1]);
  const build = /\(build ([^),]+)/.exec(text ?? '')?.[1];
  if (!(major >= NEEDED_JAVA) || build === undefined)
    throw new StackError('MISSING', `Java ${NEEDED_JAVA} or newer is needed; ${program} says: ${text ?? 'nothing'}`);
  return { program, build };
}

/** `java -version` writes to stderr. */
function versionOf(program: string): string | undefined {
  const { error, stderr } = spawnSync(program, ['-version'], { encoding: 'utf8' });
  return error === undefined ? stderr : undefined;
}

/** Whether a program can be run at all. */
export function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
}

/**
 * Sees to it that a program is there: installs Debian's package where this is Debian and we may.
 * @throws StackError MISSING which says what to install
 */
export async function need(what: string, packageName: string, isThere: () => boolean, say: Say): Promise<void> {
  if (isThere()) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new StackError(
      'MISSING',
      `${what} is not installed. On Debian or Ubuntu: sudo apt-get install ${packageName}. Elsewhere install it as usual, or start Docker: servers in containers need nothing else.`,
    );
  // Debian's package manager refuses to run twice.
  await exclusively(join(cacheFolder(), 'install.lock'), async () => {
    if (isThere()) return;
    say.line(`installing ${what} (package ${packageName})…`);
    const installing = ['install', '-y', '--no-install-recommends', ...packageName.split(' ')];
    for (const args of [['update'], installing]) {
      const failure = await apt(args);
      if (failure !== undefined)
        throw new StackError('MISSING', `${what} could not be installed: apt-get ${args.join(' ')} says:\n${failure}`);
    }
  });
}

/** `undefined` when it went well, else what it said. */
function apt(args: readonly string[]): Promise<string | undefined> {
  return new Promise((done, failed) => {
    const child = spawn('apt-get', [...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', failed);
    child.once('close', (code) => done(code === 0 ? undefined : output.slice(-2000)));
  });
}
