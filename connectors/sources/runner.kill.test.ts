import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDescriptor } from '../../datasets/descriptor.ts';
import { type RawRow, rawSchema } from '../../datasets/raw.ts';
import { openEmbeddedRegistry } from '../../src/avro/embedded-registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { isTick } from '../../src/engine/tick.ts';
import { openEmbeddedLog } from '../../src/log/embedded.ts';

const ROWS = 60_000;
const TOPIC = 'test.raw.killed';

const descriptor = {
  name: 'killed',
  title: 'A file whose reader is killed',
  format: { kind: 'csv' },
  columns: { customer: 'who', time: 'when', amount: 'paid' },
  time: { patterns: ['epoch-seconds'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true },
  amount: 'column',
  kind: { constant: 'PURCHASE' },
} as const;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-kill-'));
  const lines = Array.from({ length: ROWS }, (_, index) => `c${index % 997},${1_700_000_000 + index * 60},${index}`);
  await writeFile(join(folder, 'rows.csv'), ['who,when,paid', ...lines].join('\n'));
  await writeFile(join(folder, 'child.ts'), childSource());
});
afterAll(() => rm(folder, { recursive: true }));

/** Replays the file into the log of argv[2], with a line on stdout after every commit. */
function childSource(): string {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  return `
    import { openSource } from ${at('./open.ts')};
    import { runSource } from ${at('./runner.ts')};
    import { parseDescriptor } from ${at('../../datasets/descriptor.ts')};
    import { openEmbeddedLog } from ${at('../../src/log/embedded.ts')};
    import { openEmbeddedRegistry } from ${at('../../src/avro/embedded-registry.ts')};
    const folder = process.argv[2];
    const descriptor = parseDescriptor(${JSON.stringify(descriptor)}, 'test');
    await using log = await openEmbeddedLog({ path: folder + '/log.db' });
    await using registry = await openEmbeddedRegistry({ path: folder + '/registry.db' });
    const source = await openSource(${JSON.stringify(join(folder, 'rows.csv'))}, descriptor, { now: Date.now, random: Math.random });
    await runSource({
      log, registry, shop: 'test', descriptor, source, partitions: 4, speed: 'max', now: Date.now,
      signal: new AbortController().signal, onProgress: ({ rows }) => console.log(rows),
    });
    console.log('end');
  `;
}

/** Runs the child; kills it with SIGKILL \`delay\` ms after its \`commits\`th commit. Whether it reached the end. */
async function run(data: string, commits: number, delay: number): Promise<boolean> {
  const child = spawn(process.execPath, [join(folder, 'child.ts'), data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let seen = 0;
  let ended = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'end') ended = true;
    else if (++seen === commits) setTimeout(() => child.kill('SIGKILL'), delay);
  }
  await exited;
  return ended;
}

it('a process killed at any instant leaves no row twice and none missing', { timeout: 60_000 }, async () => {
  const data = await mkdtemp(join(folder, 'data-'));
  let kills = 0;
  while (!(await run(data, 1 + (kills % 2), (kills * 7) % 23))) {
    kills++;
    if (kills > 40) throw new Error('the child never reaches the end');
  }
  expect(kills).toBeGreaterThan(0);

  await using log = await openEmbeddedLog({ path: join(data, 'log.db') });
  await using registry = await openEmbeddedRegistry({ path: join(data, 'registry.db') });
  const serde = await openSerde<RawRow>(registry, `${TOPIC}-value`, rawSchema(parseDescriptor(descriptor, 'test'), []));
  const last = [0, 0, 0, 0];
  let rows = 0;
  let closed = 0;
  for await (const { partition, records } of log.read({ topic: TOPIC, from: 'start', to: 'end' })) {
    await serde.prepare(records.map(({ value }) => value));
    for (const record of records) {
      if (record.value === null) throw new Error('a tombstone');
      if (isTick(record)) {
        closed++;
        continue;
      }
      const { _row } = serde.decode(record.value);
      expect(_row).toBeGreaterThan(last[partition] ?? 0);
      last[partition] = _row;
      rows++;
    }
  }
  expect(rows).toBe(ROWS);
  // Opening, one for each hour that begins, and the end: in each of four partitions.
  expect(closed).toBe(4 * (1 + hours() + 1));
});

/** Hours of event time in which the file has a row. */
function hours(): number {
  return new Set(Array.from({ length: ROWS }, (_, index) => Math.floor((1_700_000_000 + index * 60) / 3600))).size;
}
