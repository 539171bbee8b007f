import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Descriptor, type DescriptorInput, parseDescriptor } from '../../datasets/descriptor.ts';
import { type RawRow, rawSchema } from '../../datasets/raw.ts';
import type { Tick } from '../../schemas/generated.ts';
import { memoryRegistry } from '../../src/avro/memory-registry.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { BEGINNING, behindOf, isTick, tickCodec } from '../../src/engine/tick.ts';
import { openEmbeddedLog } from '../../src/log/embedded.ts';
import type { Log } from '../../src/log/log.ts';
import { openSource } from './open.ts';
import { type RunSourceOptions, runSource, type SourceSummary } from './runner.ts';
import type { Source } from './source.ts';

export const HOUR = 3_600_000;
export const START = Date.UTC(2024, 0, 1);
export const PARTITIONS = 4;

export const shop: DescriptorInput = {
  name: 'my-shop',
  title: 'A shop',
  format: { kind: 'csv' },
  columns: { customer: 'who', time: 'when', amount: 'paid' },
  time: { patterns: ['ISO'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true, disorder: 60_000 },
  amount: 'column',
  kind: { constant: 'PURCHASE' },
};
export const descriptor = parseDescriptor(shop, 'test');

let folder = '';

/** Gives the tests of a file a folder for their files. */
export function useFolder(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-runner-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
}

export interface Setting {
  readonly log: Log;
  readonly registry: Registry;
  run(source: Source, changes?: Partial<RunSourceOptions>): Promise<SourceSummary>;
  /** By partition: what stands there, in words. */
  content(of?: Descriptor, columns?: readonly string[]): Promise<readonly (readonly string[])[]>;
}

/** A log and a registry in memory, and a run of sources on them. */
export async function withLog(work: (setting: Setting) => Promise<void>): Promise<void> {
  await using log = await openEmbeddedLog({ path: ':memory:' });
  await using registry = memoryRegistry();
  await work({
    log,
    registry,
    run: (source, changes) =>
      runSource({
        log,
        registry,
        shop: 'test',
        descriptor,
        source,
        partitions: PARTITIONS,
        speed: 'max',
        signal: new AbortController().signal,
        now: () => START,
        ...changes,
      }),
    content: async (of = descriptor, columns = []) => {
      const name = `test.raw.${of.name}`;
      const rows = await openSerde<RawRow>(registry, `${name}-value`, rawSchema(of, columns));
      const ticks = await tickCodec(registry, name);
      const found: string[][] = Array.from({ length: PARTITIONS }, () => []);
      for await (const { partition, records } of log.read({ topic: name, from: 'start', to: 'end' })) {
        await rows.prepare(records.map(({ value }) => value));
        for (const record of records) {
          if (record.value === null) throw new Error('a tombstone');
          const behind = behindOf(record);
          const text = isTick(record)
            ? tickText(ticks.decode(record.value))
            : `${record.key} ${JSON.stringify(rows.decode(record.value))}${behind > BEGINNING ? ` behind ${behind}` : ''}`;
          found[partition]?.push(text);
        }
      }
      return found;
    },
  });
}

function tickText({ writer, from, of, time, closed }: Tick): string {
  return `tick ${writer} ${from}/${of} ${time === BEGINNING ? 'beginning' : time - START}${closed ? ' closed' : ''}`;
}

/** A source of a file with these lines, in a folder that `useFolder` makes. */
export async function file(name: string, lines: readonly string[], of = descriptor): Promise<Source> {
  const path = join(folder, name);
  await writeFile(path, lines.join('\n'));
  return openSource(path, of, { now: () => START, random: () => 0 });
}

/** Rows ten minutes apart, with a line that is none now and then. */
export function someRows(count: number): readonly string[] {
  const lines = Array.from({ length: count }, (_, index) =>
    index % 97 === 50 ? 'broken' : `c${index % 23},${new Date(START + index * 600_000).toISOString()},${index}.50`,
  );
  return ['who,when,paid', ...lines];
}
