/** The stack as a whole: which services, where, with what settings; remembered in its directory. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StackError } from './error.ts';
import { exclusively } from './exclusive.ts';
import { type Say, silent } from './say.ts';
import type { ServerSpec } from './server.ts';
import type { Service, Values } from './service.ts';
import { services } from './services.ts';

/** How the servers run. */
export type Mode = 'native' | 'docker';

export interface Stack {
  /** Of data, logs and state. */
  readonly dir: string;
  readonly mode: Mode;
  /** Names of those that are to run. */
  readonly services: readonly string[];
  readonly values: Values;
}

/** One server, and how it is. */
export interface Report {
  readonly name: string;
  readonly address: string;
  readonly state: 'healthy' | 'unhealthy' | 'down';
  /** What is missing, when it is not healthy. */
  readonly missing?: string;
  readonly pid?: number;
  readonly log?: string;
}

export const serviceNames = services.map(({ name }) => name);

export const settings = services.flatMap((service) => service.settings);

const fileSchema = z.object({
  mode: z.enum(['native', 'docker']),
  /** Absent where an earlier version wrote it: all that it had. */
  services: z.array(z.string()).default(['kafka', 'registry']),
  values: z.record(z.string(), z.number()),
});

/** What was started in `dir` last; `undefined` when nothing was, or it was wiped. @throws StackError CONFLICT */
export function rememberedStack(dir: string): Stack | undefined {
  const file = fileOf(dir);
  if (!existsSync(file)) return undefined;
  const parsed = fileSchema.safeParse(jsonIn(file));
  if (!parsed.success)
    throw new StackError('CONFLICT', `${file} does not describe a stack: ${z.prettifyError(parsed.error)}`);
  const { mode, services } = parsed.data;
  return { dir, mode, services, values: { ...fallbacks(), ...parsed.data.values } };
}

/** @throws StackError CONFLICT */
function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new StackError('CONFLICT', `${file} is torn, and says nothing of the stack any more: remove it`, { cause });
  }
}

export function remember({ dir, mode, services, values }: Stack): void {
  mkdirSync(dir, { recursive: true });
  const next = `${fileOf(dir)}.next`;
  writeFileSync(next, `${JSON.stringify({ mode, services, values }, undefined, 2)}\n`);
  renameSync(next, fileOf(dir));
}

/** What is asked for, over what was there, over the defaults. @throws StackError CONFLICT when data stand in the way */
export function wantedStack(asked: Stack, remembered: Stack | undefined): Stack {
  for (const { key, flag, fixedByData } of settings) {
    const [was, is] = [remembered?.values[key], asked.values[key]];
    if (fixedByData && was !== undefined && is !== undefined && was !== is)
      throw new StackError(
        'CONFLICT',
        `The data in ${asked.dir} were made with ${flag.split(' ')[0]} ${was}. For ${is}, give another --dir, or remove the data first: ebb stack down --wipe`,
      );
  }
  return { ...asked, values: { ...fallbacks(), ...remembered?.values, ...asked.values } };
}

/** Whether two say the same of some services; what runs is not changed under its users. */
export function isSame(a: Stack, b: Stack, names: readonly string[]): boolean {
  const theirs = services.filter(({ name }) => names.includes(name)).flatMap((service) => service.settings);
  return a.mode === b.mode && theirs.every(({ key }) => a.values[key] === b.values[key]);
}

/** Every server of the stack. */
export function specsOf(stack: Stack, say: Say): readonly ServerSpec[] {
  return chosen(stack).flatMap((service) => service.servers(stack.values, join(stack.dir, service.name), say));
}

/** Those of which a server is up, by its reports. */
export function runningServices(stack: Stack, reports: readonly Report[]): readonly string[] {
  const up = new Set(reports.filter(({ state }) => state !== 'down').map(({ name }) => name));
  return stack.services.filter((name) =>
    specsOf({ ...stack, services: [name] }, silent).some((one) => up.has(one.name)),
  );
}

/** Runs `work` while no other process starts or ends this stack. */
export function alone<T>(dir: string, work: () => Promise<T>): Promise<T> {
  return exclusively(join(dir, 'lock'), work);
}

/** Removes the data, the logs and what is remembered, and nothing else that may be in the folder. */
export async function forget({ dir }: Stack): Promise<void> {
  const own = [...services.map(({ name }) => join(dir, name)), fileOf(dir), join(dir, 'lock')];
  await Promise.all(own.map((path) => rm(path, { recursive: true, force: true })));
  if ((await readdir(dir)).length === 0) await rmdir(dir);
}

/** What Ebb is told to use this stack. */
export function environmentOf(stack: Stack): Readonly<Record<string, string>> {
  return Object.assign({}, ...chosen(stack).map((service) => service.environment(stack.values)));
}

function chosen(stack: Stack): readonly Service[] {
  return services.filter(({ name }) => stack.services.includes(name));
}

function fallbacks(): Values {
  return Object.fromEntries(settings.map(({ key, fallback }) => [key, fallback]));
}

function fileOf(dir: string): string {
  return join(dir, 'stack.json');
}
