import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from './ports.ts';
import { type Server, type ServerSpec, serverOf } from './server.ts';

/** On a busy machine as well. */
const soon = { timeout: 20_000 };

let dir = '';
let port = 0;
const running: Server[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-server-'));
  [port = 0] = await freePorts(1);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.kill()));
  await rm(dir, { recursive: true, force: true });
});

/** A server of a few lines, for the life cycle that all have. */
function server(script = listening(port), change: Partial<ServerSpec> = {}): Server {
  const spec: ServerSpec = {
    name: 'echo',
    dir,
    ports: { anybody: port },
    address: `127.0.0.1:${port}`,
    prepare: async () => ({ program: process.execPath, args: ['--eval', script] }),
    missing: async () => undefined,
    grace: 10_000,
    ...change,
  };
  const made = serverOf(spec, { endsWithParent: false });
  running.push(made);
  return made;
}

function listening(on: number): string {
  return `require('node:net').createServer().listen(${on}); console.log('here')`;
}

async function started(made: Server): Promise<Server> {
  await made.launch();
  await made.untilHealthy();
  return made;
}

async function pidOf(made: Server): Promise<number | undefined> {
  const state = await made.state();
  return state.is === 'down' ? undefined : state.pid;
}

describe.skipIf(process.platform !== 'linux')('a server', () => {
  it('is started once, and found again by whoever knows its folder', async () => {
    const pid = await pidOf(await started(server()));
    const found = server();
    expect(await found.launch()).toBe(false);
    expect(await found.state()).toEqual({ is: 'healthy', pid });
  });

  it('that was killed is down at once, and comes back as another process', async () => {
    const made = await started(server());
    const pid = (await pidOf(made)) ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => made.state(), soon).toEqual({ is: 'down' });
    await started(made);
    expect(await pidOf(made)).not.toBe(pid);
  });

  it('keeps what it printed, also over a restart', async () => {
    const made = await started(server());
    await made.stop();
    await started(made);
    await made.stop();
    expect(await readFile(made.log, 'utf8')).toBe('here\nhere\n');
  });

  it('that does not end when it is asked to is ended', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); ${listening(port)}`;
    const made = await started(server(stubborn, { grace: 100 }));
    await made.stop();
    expect(await made.state()).toEqual({ is: 'down' });
  });

  it('that hangs is not healthy, and can be ended all the same', async () => {
    const made = await started(server());
    made.pause();
    await expect
      .poll(() => made.state(), soon)
      .toMatchObject({ is: 'unhealthy', missing: expect.stringContaining('SIGSTOP') });
    made.resume();
    await expect.poll(() => made.state(), soon).toMatchObject({ is: 'healthy' });
    made.pause();
    await made.stop();
    expect(await made.state()).toEqual({ is: 'down' });
  });

  it('that ends while it starts is told of with the end of its log', async () => {
    const made = server(`console.log('no disk left'); process.exit(3)`);
    await made.launch();
    await expect(made.untilHealthy()).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('no disk left'),
    });
  });

  it('is refused a port that another process has, with its number', async () => {
    const other = createServer().listen(port);
    await once(other, 'listening');
    await expect(server().launch()).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(`taken by process ${process.pid} (`),
    });
    other.close();
  });

  it('that listens elsewhere is not healthy because somebody else listens here', async () => {
    const [elsewhere = 0] = await freePorts(1);
    const made = server(listening(elsewhere));
    await made.launch();
    const other = createServer().listen(port);
    await once(other, 'listening');
    expect(await made.state()).toMatchObject({ is: 'unhealthy', missing: expect.stringContaining(String(port)) });
    other.close();
  });

  it('ends with the process that started it, when it is to', async () => {
    const module = pathToFileURL(join(import.meta.dirname, 'server.ts')).href;
    const spec = `{ name: 'echo', dir: ${JSON.stringify(dir)}, ports: { anybody: ${port} }, address: '', grace: 1000,
      missing: async () => undefined,
      prepare: async () => ({ program: process.execPath, args: ['--eval', ${JSON.stringify(listening(port))}] }) }`;
    const program = `const { serverOf } = await import('${module}');
      const made = serverOf(${spec}, { endsWithParent: true });
      await made.launch();
      await made.untilHealthy();
      console.log('up');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    const made = server();
    expect(await made.state()).toMatchObject({ is: 'healthy' });
    parent.kill('SIGKILL');
    await expect.poll(() => made.state(), soon).toEqual({ is: 'down' });
  });
});
