import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../engine/plan.ts';
import { type Log, LogError, type Owned } from '../log/log.ts';

/** ms that the log may take to say that a member has left, and to give us all partitions. */
const PATIENCE = { leave: 2_000, join: 5_000 };

/** All partition numbers of a topology, by number, until disposed of. Those that are taken away go. */
export interface OwnedAlone extends AsyncDisposable {
  readonly owned: ReadonlyMap<number, Owned>;
}

/**
 * Joins the group of a topology that nobody runs.
 * @param session ms for which the log takes one that was killed for a member; whoever is one after that is running
 * @throws LogError UNAVAILABLE when somebody does
 */
export async function ownAlone(
  log: Log,
  { group, inputs, partitions }: Plan,
  session: number,
  signal: AbortSignal,
): Promise<OwnedAlone> {
  const why = `Group ${group} has members that are running. Nothing was moved: stop them first.`;
  const refused = new LogError('UNAVAILABLE', why);
  // Not joined while others are there: that would take partitions away from them.
  for (
    const deadline = performance.now() + session + PATIENCE.leave;
    (await log.members()).has(group);
    await sleep(100)
  ) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw refused;
  }
  const topics = [...inputs.values()].map(({ physical }) => physical);
  const leave = new AbortController();
  const owned = new Map<number, Owned>();
  const settled = Promise.withResolvers<void>();
  const join = async (): Promise<void> => {
    for await (const one of log.join({ group, topics, signal: leave.signal })) {
      owned.set(one.partition, one);
      one.signal.addEventListener('abort', () => owned.delete(one.partition), { once: true });
      if (owned.size === partitions) settled.resolve();
    }
  };
  const joined = join();
  joined.catch(settled.reject);
  const enough = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE.join)]);
  enough.addEventListener('abort', () => settled.resolve(), { once: true });
  await settled.promise;
  const dispose = async (): Promise<void> => {
    leave.abort();
    await joined;
  };
  if (owned.size === partitions) return { owned, [Symbol.asyncDispose]: dispose };
  await dispose();
  signal.throwIfAborted();
  throw refused;
}
