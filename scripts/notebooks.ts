/**
 * Executes the notebooks, in order, and writes their outputs into them: `npm run notebooks [NAME…]`. Jupyter comes from PyPI into a
 * Python of its own, the kernel is Deno, from npm. They work in notebooks/.data, which is gone afterwards, or in EBB_NOTEBOOKS_DATA. A cell that throws ends it with exit code 1.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from './stack/python.ts';
import type { Say } from './stack/say.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'notebooks');
/** Their log, tables and files. */
const data = process.env.EBB_NOTEBOOKS_DATA ?? join(folder, '.data');
const say: Say = { line: (text) => process.stderr.write(`${text}\n`), progress() {} };

const NBCONVERT = '7.17.2';
const NBCLIENT = '0.11.0';
/** Seconds for a cell: a replay on a busy machine. */
const LONGEST = '1200';
/** Seconds that what a cell shows may come after its end: on a busy machine, outputs would be missing without a word. */
const PATIENCE = '120';

const wanted = process.argv.slice(2);
const all = (await readdir(folder)).filter((name) => name.endsWith('.ipynb')).sort();
const names = wanted.length === 0 ? all : all.filter((name) => wanted.some((one) => name.startsWith(one)));
if (names.length === 0) {
  say.line(`There is no such notebook; there are ${all.join(', ')}`);
  process.exit(2);
}
const python = await pythonWith(`nbconvert-${NBCONVERT}`, [`nbconvert==${NBCONVERT}`, `nbclient==${NBCLIENT}`], say);
const work = await mkdtemp(join(tmpdir(), 'ebb-notebooks-'));
if (process.env.EBB_NOTEBOOKS_DATA === undefined) await rm(data, { recursive: true, force: true });
try {
  await writeKernel(join(work, 'kernels', 'deno'));
  for (const name of names) {
    say.line(name);
    const code = await execute(name, python, work);
    if (code === 0) continue;
    process.exitCode = 1;
    break;
  }
} finally {
  await rm(work, { recursive: true, force: true });
  if (process.env.EBB_NOTEBOOKS_DATA === undefined) await rm(data, { recursive: true, force: true });
}

async function writeKernel(into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  const argv = [join(root, 'node_modules/.bin/deno'), 'jupyter', '--kernel', '--conn', '{connection_file}'];
  await writeFile(join(into, 'kernel.json'), JSON.stringify({ argv, display_name: 'Deno', language: 'typescript' }));
}

/** @returns nbconvert's exit code */
function execute(name: string, program: string, jupyter: string): Promise<number> {
  const how = [
    '--to',
    'notebook',
    '--execute',
    '--inplace',
    `--ExecutePreprocessor.timeout=${LONGEST}`,
    `--ExecutePreprocessor.iopub_timeout=${PATIENCE}`,
  ];
  const child = spawn(
    program,
    ['-m', 'nbconvert', ...how, '--ExecutePreprocessor.record_timing=False', join(folder, name)],
    {
      cwd: folder,
      env: { ...process.env, JUPYTER_PATH: jupyter, EBB_NOTEBOOKS_DATA: data },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
  });
}
