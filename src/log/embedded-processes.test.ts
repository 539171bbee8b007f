import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendOf, eventually, expectCode, member, pause, recordsOf, textsOf, topicOf } from './contract-harness.ts';
import { copy } from './copy.ts';
import { openEmbeddedLog } from './embedded.ts';
import type { Log } from './log.ts';

const program = fileURLToPath(new URL('./copy.child.ts', import.meta.url));

let directory: string;
let path: string;
let log: Log;
let children: ChildProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ebb-log-'));
  path = join(directory, 'log.db');
  log = await openEmbeddedLog({ path });
  children = [];
});

afterEach(async () => {
  for (const child of children) await end(child);
  await log[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Starts a copying process, and waits until it owns a partition. */
async function start(sessionTimeout: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, path, `${sessionTimeout}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function copied(total: number): Promise<number[]> {
  await eventually(async () => ((await recordsOf(log, 'out')).length >= total ? true : undefined));
  return (await recordsOf(log, 'out')).map(({ value }) => Number(value)).sort((a, b) => a - b);
}

function numbers(total: number): number[] {
  return Array.from({ length: total }, (_, i) => i);
}

test('processes that are killed at any moment lose nothing and repeat nothing; others take over at once', {
  timeout: 60_000,
}, async () => {
  await log.create([topicOf('in', 4), topicOf('out', 4)]);
  const hour = 3_600_000;
  let running = await Promise.all([start(hour), start(hour)]);
  const total = 600;
  for (let i = 0; i < total; i += 4) {
    await log.append([0, 1, 2, 3].map((p) => appendOf('in', p, `k=${i + p}`)));
    await pause(2);
    if (i % 200 !== 100) continue;
    const [victim, survivor] = running;
    if (victim === undefined || survivor === undefined) throw new Error('two processes run');
    await end(victim);
    running = [survivor, await start(hour)];
  }
  expect(await copied(total)).toEqual(numbers(total));
});

test('a process that stood still for longer than its session is fenced when it goes on', {
  timeout: 30_000,
}, async () => {
  await log.create([topicOf('in'), topicOf('out')]);
  const child = await start(400);
  await log.append([appendOf('in', 0, 'k=0')]);
  await copied(1);
  child.kill('SIGSTOP');
  await log.append([appendOf('in', 0, 'k=1')]);
  const one = member(log, 'copy', ['in']);
  const owned = await one.own(0);
  expect(await owned.positions()).toEqual({ in: 1 });
  child.kill('SIGCONT');
  await pause(300);
  expect(await textsOf(log, 'out')).toEqual(['k=0']);
  await owned.commit({ appends: [appendOf('out', 0, 'k=1')], positions: { in: 2 } });
  await one.leave();
  await log.append([appendOf('in', 0, 'k=2')]);
  expect(await copied(3)).toEqual(numbers(3));
});

test('an owner whose lease another has taken is FENCED, even before it learns of it', async () => {
  await log.create([topicOf('in'), topicOf('out')]);
  const one = member(log, 'g', ['in']);
  const owned = await one.own(0);
  const thief = new DatabaseSync(path);
  thief.exec('UPDATE leases SET epoch = epoch + 1');
  thief.close();
  await expectCode(owned.commit({ appends: [appendOf('out', 0, 'k=1')], positions: { in: 1 } }), 'FENCED');
  await eventually(() => owned.signal.aborted || undefined);
  expect(await recordsOf(log, 'out')).toEqual([]);
  expect(await log.positions()).toEqual(new Map());
  await one.leave();
});

test('a process id that is used again by another process counts as ended', async () => {
  await log.create([topicOf('in')]);
  const child = await start(3_600_000);
  const impostor = new DatabaseSync(path);
  const born = impostor.prepare('SELECT born FROM processes').get();
  child.kill('SIGSTOP');
  impostor.exec("UPDATE processes SET born = '1' || born");
  impostor.close();
  const one = member(log, 'copy', ['in']);
  // Where there is no /proc the start is not known, and only the session's end tells.
  if (born?.born !== '') await one.own(0);
  await one.leave();
});

test('threads of one process share a group', { timeout: 30_000 }, async () => {
  await log.create([topicOf('in', 2), topicOf('out', 2)]);
  const controller = new AbortController();
  const copying = copy(log, controller.signal);
  const thread = new Worker(program, { argv: [path, '10000'], stdout: true });
  await once(thread.stdout, 'data');
  for (let i = 0; i < 40; i += 2) await log.append([appendOf('in', 0, `k=${i}`), appendOf('in', 1, `k=${i + 1}`)]);
  expect(await copied(40)).toEqual(numbers(40));
  controller.abort();
  await copying;
  await thread.terminate();
});
