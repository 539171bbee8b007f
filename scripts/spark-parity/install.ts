/** PySpark in a Python of its own, kept for all clones, on the Java of this machine. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../stack/cache.ts';
import type { Say } from '../stack/say.ts';
import { findJava, need } from '../stack/tools.ts';

const run = promisify(execFile);

/** 4.3.0 has no connector for Kafka yet. */
const PYSPARK = '4.2.0';
const NUMPY = '2.4.6';

export interface Python {
  readonly program: string;
  readonly java: string;
}

/** @throws StackError MISSING which says what to install */
export async function installedPySpark(say: Say): Promise<Python> {
  const java = await findJava(say);
  await need('Python', 'python3-venv', hasVenv, say);
  const folder = await cached(`pyspark-${PYSPARK}`, async (making) => {
    say.line(`installing PySpark ${PYSPARK} (once; 400 MB)…`);
    await run('python3', ['-m', 'venv', making]);
    const wanted = [`pyspark==${PYSPARK}`, `numpy==${NUMPY}`, 'setuptools'];
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...wanted], { maxBuffer: 64 << 20 });
  });
  return { program: join(folder, 'bin', 'python'), java: java.program };
}

/** Debian's Python comes without. */
function hasVenv(): boolean {
  return spawnSync('python3', ['-c', 'import ensurepip'], { stdio: 'ignore' }).status === 0;
}
