/** `ebb replay --run` of the real files, each in a process of its own: log, topologies, tables and files. The ceiling is reading the file. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openSource } from '../connectors/sources/open.ts';
import { loadDescriptor } from '../datasets/load.ts';
import { type Measured, measure } from './measure.ts';
import { printTable, type Row } from './table.ts';

const root = join(import.meta.dirname, '..');
const folder = resolve(root, process.env.EBB_DATASETS ?? '../shared/datasets');
const files = [
  { dataset: 'cdnow', file: 'cdnow_master.txt' },
  { dataset: 'online-retail', file: 'uci_online_retail.csv.gz' },
  { dataset: 'online-retail', file: 'uci_online_retail.parquet' },
] as const;

/** The process itself says on a fourth channel what it used: nobody else can for all its threads. */
const usage = `import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));`;

async function benchReplay(): Promise<void> {
  if (!existsSync(folder)) {
    process.stdout.write(`\nreplay --run: skipped, there is no ${folder} (EBB_DATASETS names the folder)\n`);
    return;
  }
  const rows: Row[] = [];
  for (const { dataset, file } of files) {
    const path = join(folder, file);
    const ceiling = await measure(() => () => readAlone(path, dataset));
    const data = await mkdtemp(join(tmpdir(), 'ebb-bench-replay-'));
    try {
      const { measured, memory } = await replay(path, dataset, data);
      rows.push({ what: `${file}, read alone`, measured: ceiling, ceiling });
      rows.push({ what: file, measured, ceiling, memory, beside: `${measured.seconds.toFixed(1)} s in all` });
    } finally {
      await rm(data, { recursive: true });
    }
  }
  printTable(
    'replay --run',
    rows,
    'ceiling: reading the file into rows; memory: peak resident; Node’s start is counted',
  );
}

async function readAlone(path: string, dataset: string): Promise<number> {
  const source = await openSource(path, await loadDescriptor(dataset), { now: Date.now, random: Math.random });
  let rows = 0;
  for await (const batch of source.read({ signal: new AbortController().signal })) rows += batch.rows.length;
  return rows;
}

async function replay(
  path: string,
  dataset: string,
  data: string,
): Promise<{ readonly measured: Measured; readonly memory: number }> {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [
      // As scripts/bootstrap.mjs starts it.
      ...['--max-semi-space-size=8', '--heap-growing-percent=40'],
      ...['--import', `data:text/javascript,${encodeURIComponent(usage)}`, join(root, 'src/cli.ts')],
      ...['replay', path, '--dataset', dataset, '--run', '--json', '--data', data],
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'pipe'], env: { ...process.env, MALLOC_ARENA_MAX: '2' } },
  );
  const [, output, , channel] = child.stdio;
  const [summary, used] = await Promise.all([textOf(output), textOf(channel)]);
  const seconds = (performance.now() - start) / 1000;
  const { source } = JSON.parse(summary) as { readonly source: { readonly rows: number } };
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(used) as NodeJS.ResourceUsage;
  const cpu = (userCPUTime + systemCPUTime) / 1e6;
  return { measured: { records: source.rows, seconds, cpu }, memory: maxRSS * 1024 };
}

async function textOf(stream: unknown): Promise<string> {
  if (!(stream instanceof Readable)) throw new TypeError('the process was started without this channel');
  return text(stream);
}

await benchReplay();
