import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TICK_HEADER } from '../../src/engine/tick.ts';
import type { Batch, LogRecord } from '../../src/log/log.ts';
import { gather, type Range } from './gather.ts';
import { turns } from './turns.ts';

const limits = { records: 3, bytes: 1_000, linger: 0, atOnce: 1 };
const never = new AbortController().signal;

function value(offset: number, bytes = 1): LogRecord {
  return { offset, key: null, value: Buffer.alloc(bytes) };
}
function tick(offset: number): LogRecord {
  return { offset, key: null, value: Buffer.alloc(0), headers: { [TICK_HEADER]: Buffer.alloc(0) } };
}
function batch(records: readonly LogRecord[], next: number, end: number): Batch {
  return { topic: 't', partition: 0, records, next, end };
}
async function* stream(batches: readonly Batch[], wait = 0): AsyncGenerator<Batch> {
  for (const [index, each] of batches.entries()) {
    await delay(index === 0 ? 0 : wait);
    yield each;
  }
}
/** `first..next: offsets` of every range. */
async function cut(batches: AsyncIterable<Batch>, changes = {}, from = 0): Promise<string[]> {
  const ranges: Range[] = [];
  for await (const range of gather(batches, from, { ...limits, ...changes }, never, turns(1)())) {
    ranges.push(range);
  }
  return ranges.map(({ first, next, records }) => `${first}..${next}: ${records.map(({ offset }) => offset)}`);
}

describe('gathering ranges', () => {
  it('cuts at the number of records, within a batch and over several, and what is left at the end', async () => {
    const batches = [
      batch(
        [0, 1, 2, 3].map((n) => value(n)),
        4,
        8,
      ),
      batch(
        [4, 5, 6, 7].map((n) => value(n)),
        8,
        8,
      ),
    ];
    expect(await cut(stream(batches))).toEqual(['0..3: 0,1,2', '3..6: 3,4,5', '6..8: 6,7']);
  });

  it('cuts at the number of bytes', async () => {
    expect(await cut(stream([batch([value(0, 600), value(1, 600), value(2, 10)], 3, 3)]))).toEqual([
      '0..2: 0,1',
      '2..3: 2',
    ]);
  });

  it('leaves ticks out, counts their offsets, and says so when there was nothing else', async () => {
    expect(await cut(stream([batch([value(0), tick(1), value(2)], 3, 4), batch([tick(3)], 4, 4)]))).toEqual([
      '0..4: 0,2',
    ]);
    expect(await cut(stream([batch([tick(5), tick(6)], 7, 7)]), {}, 5)).toEqual(['5..7: ']);
  });

  it('covers gaps, so that ranges follow each other', async () => {
    const batches = [batch([value(4), value(9)], 12, 20), batch([value(17)], 20, 20)];
    expect(await cut(stream(batches), {}, 2)).toEqual(['2..18: 4,9,17', '18..20: ']);
  });

  it('waits for more at the end, and cuts when the wait is over', async () => {
    const batches = [batch([value(0)], 1, 1), batch([value(1)], 2, 2)];
    expect(await cut(stream(batches, 20), { linger: 10_000 })).toEqual([]);
    expect(await cut(stream(batches, 100), { linger: 5 })).toEqual(['0..1: 0']);
  });

  it('waits no longer than a moment once it is told to hurry, also in the middle of a wait', async () => {
    for (const before of [true, false]) {
      const [stop, hurry] = [new AbortController(), new AbortController()];
      async function* silent(): AsyncGenerator<Batch> {
        yield batch([value(0)], 1, 1);
        await new Promise(() => undefined);
      }
      if (before) hurry.abort();
      const patient = { ...limits, linger: 3_600_000 };
      const range = gather(silent(), 0, patient, stop.signal, turns(1)(), hurry.signal).next();
      await delay(5);
      hurry.abort();
      expect(await range).toMatchObject({ value: { first: 0, next: 1 } });
      stop.abort();
    }
  });

  it('ends when its signal aborts, also while nothing comes', async () => {
    const stop = new AbortController();
    async function* silent(): AsyncGenerator<Batch> {
      yield batch([value(0)], 1, 1);
      await new Promise(() => undefined);
    }
    const seen: number[] = [];
    for await (const { next } of gather(silent(), 0, limits, stop.signal, turns(1)())) {
      seen.push(next);
      setTimeout(() => stop.abort(), 5);
    }
    expect(seen).toEqual([1]);
  });

  it('holds its turn while a range is filled, and waits with one batch in hand while it is another’s', async () => {
    let pulled = 0;
    async function* two(): AsyncGenerator<Batch> {
      for (const offset of [0, 1]) {
        pulled += 1;
        yield batch([value(offset)], offset + 1, 2);
      }
    }
    const turnOf = turns(1);
    const others = turnOf();
    await others.hold();
    const mine = turnOf();
    const ranges = gather(two(), 0, limits, never, mine);
    const range = ranges.next();
    await delay(20);
    expect(pulled).toBe(1);
    others.release();
    expect(await range).toMatchObject({ value: { first: 0, next: 2 } });
    expect(mine.held).toBe(true);
  });

  it('lets others work while the log does not give what it has, and while it waits at the end', async () => {
    const turnOf = turns(1);
    for (const end of [1, 9]) {
      const stop = new AbortController();
      async function* silent(): AsyncGenerator<Batch> {
        yield batch([value(0)], 1, end);
        await new Promise(() => undefined);
      }
      const gathering = gather(silent(), 0, { ...limits, linger: 60_000 }, stop.signal, turnOf()).next();
      await delay(5);
      const others = turnOf();
      await others.hold();
      others.release();
      stop.abort();
      expect(await gathering).toMatchObject({ done: true });
    }
  });
});
