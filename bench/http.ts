/**
 * `POST /api/events` of `ebb dashboard` in a process of its own, on the embedded log: 10,000 events a second for a minute, in
 * requests of 100, sent when they are due whatever became of those before; then as many as it takes. The ceiling is the log
 * alone, which is given the same events, encoded, 1,000 a commit.
 * Seconds of the first: `EBB_BENCH_SECONDS`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOutbox } from '../connectors/sources/outbox.ts';
import type { PostedEvent } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { openEmbeddedRegistry } from '../src/avro/embedded-registry.ts';
import { isTick } from '../src/engine/tick.ts';
import { openEmbeddedLog } from '../src/log/embedded.ts';
import { measure } from './measure.ts';

const seconds = Number(process.env.EBB_BENCH_SECONDS ?? 60);
const rate = 10_000;
const perRequest = 100;
const shop = 'bench';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let made = 0;

/** What a program posts. */
type Sale = Omit<PostedEvent, 'takenAt' | 'receivedAt'>;

function event(number: number): Sale {
  return {
    ...{ eventId: `event-${number}`, customerId: `customer-${number % 50_000}`, kind: 'PURCHASE', time: Date.now() },
    ...{ orderId: `order-${number % 100_000}`, product: `product-${number % 500}`, category: 'Electronics' },
    ...{ unitPrice: 1_999, quantity: 2, amount: 3_998, currency: 'EUR', paymentMethod: 'card', country: 'FR' },
    ...{ gender: null, age: null, returned: null, localDate: null, localHour: null, dataset: null },
  };
}

function body(): string {
  const events = Array.from({ length: perRequest }, () => event(made++));
  return JSON.stringify({ events });
}

/** Status of the answer. */
function post(url: string, text: string): Promise<number> {
  return new Promise((done, failed) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const sent = request(`${url}/api/events`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode ?? 0));
    });
    sent.on('error', failed);
    sent.end(text);
  });
}

/** ms that answers took from when their requests were due, sorted; those that were refused are counted. */
async function steady(url: string) {
  const took: number[] = [];
  let refused = 0;
  const waiting = new Set<Promise<void>>();
  const every = (1_000 * perRequest) / rate;
  const start = performance.now();
  for (let number = 0; number < (seconds * rate) / perRequest; number++) {
    const due = start + number * every;
    if (due > performance.now()) await sleep(due - performance.now());
    const one = post(url, body()).then((status) => {
      took.push(performance.now() - due);
      if (status !== 200) refused++;
      waiting.delete(one);
    });
    waiting.add(one);
  }
  await Promise.all(waiting);
  return { took: took.sort((a, b) => a - b), refused, seconds: (performance.now() - start) / 1_000 };
}

/** Events a second with 16 requests always under way, for ten seconds. */
async function most(url: string): Promise<number> {
  const start = performance.now();
  let events = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - start < 10_000) if ((await post(url, body())) === 200) events += perRequest;
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return events / ((performance.now() - start) / 1_000);
}

async function started(data: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const args = ['src/cli.ts', 'dashboard', '--shop', shop, '--port', '0', '--json', '--data', data];
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, url: JSON.parse(String(line)).url };
}

/** CPU seconds of a process of this machine, where `/proc` tells. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

/** Events on the log, and different ones. */
async function onLog(path: string): Promise<{ readonly records: number; readonly ids: number }> {
  await using log = await openEmbeddedLog({ path });
  const ids = new Set<string>();
  let records = 0;
  for await (const batch of log.read({ topic: `${shop}.${topics.posted.name}`, from: 'start', to: 'end' }))
    for (const record of batch.records) {
      if (isTick(record)) continue;
      records++;
      ids.add(String(record.key));
    }
  return { records, ids: ids.size };
}

/** The log alone. */
async function ceiling(path: string) {
  await using log = await openEmbeddedLog({ path });
  await using registry = await openEmbeddedRegistry({ path });
  const name = `${shop}.${topics.posted.name}`;
  await log.create([{ name, partitions: 4, cleanup: 'delete' }]);
  const outbox = await openOutbox<PostedEvent>(registry, topics.posted, name, 4, 'bench');
  return await measure(() => async () => {
    for (let commit = 0; commit < 200; commit++) {
      for (let number = 0; number < 1_000; number++) {
        const one = event(commit * 1_000 + number);
        outbox.put({ ...one, takenAt: one.time, receivedAt: one.time });
      }
      await log.append(outbox.drain());
    }
    return 200_000;
  });
}

const folder = await mkdtemp(join(tmpdir(), 'ebb-bench-http-'));
try {
  const { child, url } = await started(folder);
  const before = await cpuOf(child.pid);
  const { took, refused, seconds: lasted } = await steady(url);
  const cpu = (await cpuOf(child.pid)) - before;
  const sent = made;
  const { records, ids } = await onLog(join(folder, 'log.sqlite'));
  const at = (share: number): string => `${Math.round(took[Math.floor(share * (took.length - 1))] ?? 0)} ms`;
  console.log(`\nPOST /api/events, ${perRequest} a request, commits every 100 ms`);
  console.log(
    `  ${Math.round(sent / lasted)} events/s for ${Math.round(lasted)} s: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`,
  );
  console.log(`  ${sent} sent, ${refused} requests refused, ${sent - ids} lost, ${records - ids} twice on the log`);
  console.log(`  ${((1e6 * cpu) / sent).toFixed(1)} CPU s per million events`);
  console.log(`  at most ${Math.round(await most(url))} events/s, with 16 requests under way`);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const alone = await ceiling(join(folder, 'alone.sqlite'));
  const own = `${((1e6 * alone.cpu) / alone.records).toFixed(1)} CPU s per million`;
  console.log(
    `  ceiling: the log alone, 1,000 a commit: ${Math.round(alone.records / alone.seconds)} events/s, ${own}`,
  );
} finally {
  agent.destroy();
  await rm(folder, { recursive: true, force: true });
}
