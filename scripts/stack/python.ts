import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from './cache.ts';
import type { Say } from './say.ts';
import { need } from './tools.ts';

const run = promisify(execFile);
const OUTPUT = { maxBuffer: 64 << 20 };

/**
 * The program of a Python with these packages of PyPI, in an environment of its own that all clones share.
 * @param name of the environment: includes the versions
 * @param packages as pip takes them
 * @throws StackError MISSING which says what to install
 */
export async function pythonWith(name: string, packages: readonly string[], say: Say): Promise<string> {
  await need('Python', 'python3-venv', hasVenv, say);
  const folder = await cached(name, async (making) => {
    say.line(`installing ${name} from PyPI (once)…`);
    await run('python3', ['-m', 'venv', making]);
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...packages], OUTPUT);
  });
  return join(folder, 'bin', 'python');
}

/** Debian's Python comes without. */
function hasVenv(): boolean {
  return spawnSync('python3', ['-c', 'import ensurepip'], { stdio: 'ignore' }).status === 0;
}
