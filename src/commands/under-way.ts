import { physicalName } from '../engine/topic.ts';
import { type Log, LogError } from '../log/log.ts';

export class UnderWayError extends Error {
  override readonly name = 'UnderWayError';
}

/** A command that changes what a shop has computed, in several steps. */
export interface UnderWay {
  /** As it is to be given again when it was cut short. */
  readonly command: string;
  /** What it found out before it began, and could not any more. */
  readonly found: string;
}

export interface Steps {
  /** Changes nothing yet; throws LogError UNAVAILABLE when something runs that must not. */
  check(): Promise<void>;
  /** Does all the rest, and the rest of that when it was cut short. */
  work(): Promise<void>;
}

/**
 * Runs the steps of a command. While they are under way nothing else runs in the shop; when they are cut short, only the
 * same command can go on.
 * @throws UnderWayError when another command is under way
 */
export async function keepingOthersOut(log: Log, shop: string, begun: UnderWay, steps: Steps): Promise<void> {
  const topic = topicOf(shop);
  const standing = await underWay(log, shop);
  if (standing !== undefined && standing.command !== begun.command) throw inTheWay(shop, standing);
  if (standing === undefined) {
    await log.create([{ name: topic, partitions: 1, cleanup: 'compact' }]);
    const records = [{ key: Buffer.from(begun.command), value: Buffer.from(begun.found) }];
    await log.append([{ topic, partition: 0, records }]);
    // Of two that began in the same instant, the one goes on whose record is first.
    const first = await underWay(log, shop);
    if (first !== undefined && first.command !== begun.command) throw inTheWay(shop, first);
  }
  try {
    await steps.check();
  } catch (error) {
    if (standing === undefined && hasRefused(error)) await log.delete([topic]);
    throw error;
  }
  await steps.work();
  await log.delete([topic]);
}

function hasRefused(error: unknown): boolean {
  return error instanceof LogError
    ? error.code === 'UNAVAILABLE'
    : error instanceof Error && error.name === 'AbortError';
}

/** The command that was cut short in the shop, or is going on. A marker without one was left before anything was changed. */
export async function underWay(log: Log, shop: string): Promise<UnderWay | undefined> {
  const topic = topicOf(shop);
  if (!(await log.topics()).some(({ name }) => name === topic)) return undefined;
  let found: UnderWay | undefined;
  for await (const { records } of log.read({ topic, from: 'start', to: 'end' }))
    for (const { key, value } of records) found ??= { command: String(key), found: String(value) };
  return found;
}

/** @throws UnderWayError */
export async function refuseUnderWay(log: Log, shop: string): Promise<void> {
  const found = await underWay(log, shop);
  if (found !== undefined) throw inTheWay(shop, found);
}

function topicOf(shop: string): string {
  return physicalName(shop, 'under-way');
}

function inTheWay(shop: string, { command }: UnderWay): UnderWayError {
  return new UnderWayError(
    `shop ${shop} is being changed: if \`${command}\` does not run any more, run it again to finish`,
  );
}
