/** What every notebook starts with: the `ebb` command, the tables, real files or the sample, and how rows and plots are shown. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import type { PlotOptions } from '@observablehq/plot';
import { plot } from '@observablehq/plot';
import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

/** Log, tables and files of the notebooks: a folder of their own, made anew by `npm run notebooks`. */
export const data: string = process.env.EBB_NOTEBOOKS_DATA ?? join(import.meta.dirname, '.data');

/** The kernel's own. */
declare const Deno: {
  readonly jupyter: { broadcast(message: string, content: object): Promise<void> };
};

/** ms. What the kernel sends while what it sent before is still on its way is lost, on a busy machine without a word. */
const SETTLED = 400;

async function send(message: string, content: object): Promise<void> {
  await sleep(SETTLED);
  await Deno.jupyter.broadcast(message, content);
  await sleep(SETTLED);
}

async function display(shown: Readonly<Record<string, string>>): Promise<void> {
  await send('display_data', { data: shown, metadata: {}, transient: {} });
}

/** Shows text as it is. */
export async function print(text: string): Promise<void> {
  await send('stream', { name: 'stdout', text: `${text}\n` });
}

/** The real file, in the folder that EBB_DATASETS names, and the dataset's name; the sample where it is not there. */
export function dataset(
  file: string,
  name: string,
): { readonly path: string; readonly name: string; readonly real: boolean } {
  const path = resolve(root, process.env.EBB_DATASETS ?? '../shared/datasets', file);
  if (existsSync(path)) return { path, name, real: true };
  console.log(
    `${file} is not there, so this is the made-up sample, and numbers in the text are not its own. Set EBB_DATASETS to the folder that has it: datasets/README.md says where to get it.`,
  );
  return { path: join(root, 'datasets/sample.csv'), name: 'sample', real: false };
}

/** Runs `npx ebb …` on the notebooks' data, and gives what it prints. @throws what it says when it fails */
export async function ebb(...args: readonly string[]): Promise<string> {
  const environment = { ...process.env, EBB_DATA: data, EBB_LAKE_BY: 'month', EBB_LOG_LEVEL: 'silent', NO_COLOR: '1' };
  const { stdout, code, stderr } = await run(
    join(root, 'node_modules/.bin/node'),
    [join(root, 'src/cli.ts'), ...args],
    {
      cwd: root,
      env: environment,
      maxBuffer: 64 << 20,
    },
  ).then(
    (ended) => ({ ...ended, code: 0 }),
    (error: { readonly stdout: string; readonly stderr: string; readonly code: number }) => error,
  );
  // `diff` ends with 1 where something differs, which is an answer.
  if (code !== 0 && !(code === 1 && args[0] === 'diff')) throw new Error(`ebb ${args.join(' ')}: ${stderr}${stdout}`);
  // Where this machine keeps them says nothing to a reader.
  return stdout.trim().replaceAll(` --data ${data}`, '').replaceAll(data, '.ebb').replaceAll(`${root}/`, '');
}

/** Replays a file into a shop of its name and computes everything; again does nothing. For the sample, a descriptor is proposed. */
export async function replay({ path, name, real }: ReturnType<typeof dataset>): Promise<string> {
  let descriptor = name;
  if (!real) {
    descriptor = join(data, 'sample.json');
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(data, { recursive: true });
    await writeFile(descriptor, await ebb('inspect', path, '--json'));
  }
  const said = await ebb('replay', path, '--dataset', descriptor, '--shop', name, '--run');
  // How long it took says more of the machine than of the data.
  return said.replaceAll(/^(seconds|Look further).*$/gm, '').trim();
}

export type Row = Readonly<Record<string, unknown>>;

/** Rows of the tables. */
export function sql(query: string): Row[] {
  using tables = new DatabaseSync(join(data, 'tables.sqlite'), { readOnly: true });
  return tables
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));
}

/** Rows of the lake's Parquet files, by DuckDB: `lake('shop/topic')` in a query stands for a topic's files. */
export async function duck(query: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const files = (_: string, topic: string): string => `read_parquet('${join(data, 'lake', topic)}/*/*.parquet')`;
  try {
    const rows = await connection.runAndReadAll(query.replaceAll(/lake\('([^']+)'\)/g, files));
    return rows.getRowObjectsJS().map((row) => ({ ...row }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Shows rows as a table. */
export async function table(rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const cells = (tag: string, values: readonly unknown[]): string =>
    `<tr>${values.map((value) => `<${tag}>${escaped(text(value))}</${tag}>`).join('')}</tr>`;
  const body = rows
    .map((row) =>
      cells(
        'td',
        columns.map((column) => row[column]),
      ),
    )
    .join('');
  await display({ 'text/html': `<table>${cells('th', columns)}${body}</table>` });
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace('T', ' ');
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(Math.abs(value) < 10 ? 4 : 2);
  return String(value);
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Shows a plot, as a picture that every viewer of notebooks can show. */
export async function show(options: PlotOptions): Promise<void> {
  const { document } = parseHTML('<html><body></body></html>');
  const size = { width: 760, height: 340, marginLeft: 56, marginBottom: 40 };
  const style = { fontFamily: 'DejaVu Sans, Helvetica, Arial, sans-serif', background: 'white', fontSize: '12px' };
  // A title or a legend would make it a figure of HTML; titles are in the text.
  const made = plot({ ...size, ...options, style, document, figure: false });
  made.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const png = new Resvg(made.outerHTML, { fitTo: { mode: 'zoom', value: 1.5 }, background: 'white' }).render().asPng();
  await display({ 'image/png': png.toString('base64') });
}
