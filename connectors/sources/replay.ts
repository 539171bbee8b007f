import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { RawRow } from '../../datasets/raw.ts';
import type { SourcePosition } from '../../schemas/generated.ts';
import { LogError, type Owned } from '../../src/log/log.ts';
import type { Outbox } from './outbox.ts';
import { pacer } from './pace.ts';
import type { SourcePositions } from './positions.ts';
import { rowWriter } from './row-writer.ts';
import type { RunSourceOptions, SourceSummary } from './runner.ts';
import { SourceError, type SourceRow } from './source.ts';

const DAY = 86_400_000;

/** A commit is due at this many records or bytes. */
const COMMIT_RECORDS = 6000;
const COMMIT_BYTES = 4 * 1024 * 1024;

export interface ReplayOptions extends RunSourceOptions {
  readonly id: string;
  readonly owned: Owned;
  readonly outbox: Outbox<RawRow>;
  readonly positions: SourcePositions;
  readonly kept: SourcePosition | undefined;
  readonly tickStep: number;
}

/** Where to go on: after `skip` rows of what the source gives from `at` on. */
const place = z.object({ at: z.string().nullable(), skip: z.int(), greatest: z.number().nullable() });
type Place = z.infer<typeof place>;

/** Writes the source's rows from the kept position on, in commits of rows, ticks and position, until it ends or is told to stop. */
export async function replay(
  options: ReplayOptions,
): Promise<Omit<SourceSummary, 'source' | 'topic' | 'alreadyThere'>> {
  const { source, descriptor, owned, outbox, positions, kept, now } = options;
  const from: Place =
    kept === undefined ? { at: null, skip: 0, greatest: null } : place.parse(JSON.parse(kept.position));
  const writer = rowWriter({
    descriptor,
    file: options.id,
    columns: source.columns,
    outbox,
    tickStep: options.tickStep,
    greatest: from.greatest ?? Number.NEGATIVE_INFINITY,
    watermark: kept?.watermark ?? Number.NEGATIVE_INFINITY,
    latest: options.now() + DAY,
  });
  const before = kept?.rows ?? 0;
  let rows = before;
  let at = from.at;
  let skip = from.skip;
  const summary = (ended: 'end' | 'signal') => ({ rows, written: rows - before, ended, ...writer.counts });
  const live = source.progress() === undefined;
  if (kept?.done === true && !live) return summary('end');

  const stop = AbortSignal.any([options.signal, owned.signal]);
  const pace = options.speed === 'max' ? undefined : pacer({ factor: options.speed, now, signal: stop });

  async function commit(done: boolean): Promise<void> {
    const greatest = writer.greatest === Number.NEGATIVE_INFINITY ? null : writer.greatest;
    const position: SourcePosition = {
      source: options.id,
      dataset: descriptor.name,
      name: source.name,
      position: JSON.stringify({ at, skip, greatest } satisfies Place),
      rows,
      watermark: writer.watermark ?? null,
      done,
      updatedAt: now(),
    };
    await owned.commit({ appends: [...outbox.drain(), positions.append(position)], positions: {} });
    options.onProgress?.({ phase: 'writing', rows, read: source.progress(), watermark: writer.watermark });
    await turn(); // an adapter may commit without waiting: timers and signals have their turn here
  }

  /** Writes a batch's rows; false when told to stop before its end. */
  async function write(batch: readonly SourceRow[]): Promise<boolean> {
    for (const row of batch) {
      if (unseen > 0) {
        unseen--;
        continue;
      }
      const raw = writer.prepare(row);
      if (pace !== undefined && raw._time !== null && pace.early(raw._time)) {
        if (outbox.size > 0) await commit(false);
        await pace.until(raw._time);
        if (stop.aborted) return false;
      }
      writer.write(raw);
      rows++;
      skip++;
    }
    return !stop.aborted;
  }

  /** Rows already written of what the source gives from `at` on. */
  let unseen = skip;
  if (kept === undefined) writer.open();
  try {
    for await (const batch of source.read({ ...(at === null ? {} : { from: at }), signal: stop })) {
      const whole = await write(batch.rows);
      if (!whole) break;
      at = batch.position;
      skip = unseen;
      if (batch.watermark !== undefined) writer.tick(batch.watermark);
      if (live || outbox.size >= COMMIT_RECORDS || outbox.bytes >= COMMIT_BYTES) await commit(false);
    }
  } catch (error) {
    // A file cut off in the middle: what came before stays.
    if (error instanceof SourceError && outbox.size > 0 && !owned.signal.aborted) await commit(false);
    throw error;
  }
  if (!stop.aborted) {
    writer.close();
    await commit(true);
    return summary('end');
  }
  if (owned.signal.aborted) throw new LogError('REBALANCED', `another process took over writing ${source.name}`);
  if (outbox.size > 0) await commit(false);
  return summary('signal');
}
