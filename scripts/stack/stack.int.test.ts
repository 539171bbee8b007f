import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Ended, ebb } from '../../src/commands/ebb.testing.ts';
import { clusterView } from './kafka-metadata.ts';
import { freePorts } from './ports.ts';
import { readRecords, writeRecords } from './records.testing.ts';

const printed = z.object({
  servers: z.array(z.object({ name: z.string(), state: z.string(), pid: z.number().optional() })),
  environment: z.object({ EBB_BROKERS: z.string().default(''), EBB_REGISTRY: z.string().default('') }),
});

let dir = '';
let [kafkaPort, registryPort, mariadbPort] = [0, 0, 0];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-stack-'));
  [kafkaPort = 0, registryPort = 0, mariadbPort = 0] = await freePorts(3);
});
afterAll(async () => {
  await ebb('stack', 'down', '--dir', dir);
  await rm(dir, { recursive: true, force: true });
});

function up(...flags: readonly string[]): Promise<Ended> {
  return upOnly('kafka,registry', ...flags);
}

function upOnly(services: string, ...flags: readonly string[]): Promise<Ended> {
  return ebb('stack', 'up', '--native', '--json', '--dir', dir, '--only', services, ...flags);
}

function start(): Promise<Ended> {
  const ports = ['--kafka-port', String(kafkaPort), '--registry-port', String(registryPort)];
  return up(...ports);
}

function status(): Promise<Ended> {
  return ebb('stack', 'status', '--json', '--dir', dir);
}

function parse({ stdout, stderr }: Ended): z.output<typeof printed> {
  expect(stdout, stderr).not.toBe('');
  return printed.parse(JSON.parse(stdout));
}

/** A program that has nothing to do with the stack, listening. */
async function foreigner(port: number): Promise<ChildProcess> {
  const listen = `require('node:net').createServer().listen(${port}, () => console.log('listening'))`;
  const child = spawn(process.execPath, ['--eval', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function schemaVersions(registry: string): Promise<unknown> {
  const answer = await fetch(`${registry}/subjects/things-value/versions`);
  return answer.json();
}

it('comes up, stays up, is repaired, and goes down', async () => {
  // Two at once: one starts, and the other finds it done.
  const [one, other] = await Promise.all([start(), start()]);
  const first = parse(one);
  expect(parse(other).servers).toEqual(first.servers);
  expect(first.environment.EBB_BROKERS).toBe(`127.0.0.1:${kafkaPort}`);
  expect(await clusterView(kafkaPort)).toMatchObject({ brokers: [1] });

  // Up again: the same processes.
  expect(parse(await up()).servers).toEqual(first.servers);
  expect((await status()).code).toBe(0);

  const registry = first.environment.EBB_REGISTRY;
  await fetch(`${registry}/subjects/things-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: '"string"' }),
  });
  const brokers = [first.environment.EBB_BROKERS];
  await writeRecords(brokers, 'things', ['one', 'two', 'three']);

  for (const { pid } of first.servers) if (pid !== undefined) process.kill(pid, 'SIGKILL');
  const dead = await status();
  expect(dead.code).toBe(1);
  expect(new Set(parse(dead).servers.map(({ state }) => state))).toEqual(new Set(['down']));

  expect(new Set(parse(await up()).servers.map(({ state }) => state))).toEqual(new Set(['healthy']));
  expect(await readRecords(brokers, 'things', 3)).toEqual(['one', 'two', 'three']);
  expect(await schemaVersions(registry)).toEqual([1]);

  const changed = await up('--kafka-port', String(kafkaPort + 1));
  expect(changed.stderr).toContain('running with other settings');

  expect((await ebb('stack', 'down', '--dir', dir)).code).toBe(0);
  expect((await status()).code).toBe(1);
});

it('starts nothing where another program has a port, and says which program', async () => {
  const stranger = await foreigner(registryPort);
  try {
    const refused = await start();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`Port ${registryPort}, for registry (http), is taken by process ${stranger.pid}`);
    expect(refused.stderr).toContain(process.execPath);
    expect(await clusterView(kafkaPort)).toBeUndefined();
  } finally {
    stranger.kill();
    await once(stranger, 'exit');
  }
});

it('frees its ports when it goes down, and keeps its data until they are wiped', async () => {
  const before = parse(await start());
  const cluster = await clusterView(kafkaPort);
  await ebb('stack', 'down', '--dir', dir);
  const stranger = await foreigner(kafkaPort);
  stranger.kill();
  await once(stranger, 'exit');

  const again = parse(await up());
  expect(again.environment).toEqual(before.environment);
  expect(await clusterView(kafkaPort)).toEqual(cluster);

  expect((await ebb('stack', 'down', '--wipe', '--dir', dir)).code).toBe(0);
  expect((await status()).stderr).toContain('There is no stack');
  await start();
  expect((await clusterView(kafkaPort))?.clusterId).not.toBe(cluster?.clusterId);
});

it('starts a part, and leaves what runs', async () => {
  const before = parse(await start());
  const { servers, environment } = parse(await upOnly('mariadb', '--mariadb-port', String(mariadbPort)));
  expect(servers.slice(0, 2)).toEqual(before.servers);
  expect(servers.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'kafka-1 healthy',
    'registry healthy',
    'mariadb healthy',
  ]);
  expect(environment).toMatchObject(before.environment);
  await ebb('stack', 'down', '--dir', dir);
  expect(parse(await upOnly('mariadb')).servers.map(({ name }) => name)).toEqual(['mariadb']);
  expect((await upOnly('oracle')).stderr).toContain('the services are kafka, registry');
  await ebb('stack', 'down', '--dir', dir);
});

it('tells a server that hangs from one that serves', async () => {
  const { servers } = parse(await start());
  const pid = servers.find(({ name }) => name === 'kafka-1')?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  const hanging = await ebb('stack', 'status', '--dir', dir);
  process.kill(pid, 'SIGCONT');
  expect(hanging.code).toBe(1);
  expect(hanging.stdout).toContain(`process ${pid} is stopped (SIGSTOP)`);
});
