/** For tests: a log and a sink that fail at a chosen step, as a process does that dies there. */
import type { Log, Owned } from '../../src/log/log.ts';
import type { Sink, SinkBatch, TakenPartition } from './sink.ts';

/** Called before and after everything that changes the log or the store; throws to crash. */
export type Step = () => void;

/** Lets `steps` steps pass and fails at every one after that, as nothing goes on in a process that is dead. */
export function crashAfter(steps: number): Step {
  let left = steps;
  return () => {
    left -= 1;
    if (left < 0) {
      throw new Error('crash');
    }
  };
}

export function steppedLog(log: Log, step: Step): Log {
  return {
    create: (topics) => log.create(topics),
    delete: (topics) => log.delete(topics),
    topics: () => log.topics(),
    async *join(options) {
      for await (const owned of log.join(options)) {
        yield steppedOwned(owned, step);
      }
    },
    read: (options) => log.read(options),
    append: (appends) => log.append(appends),
    positions: () => log.positions(),
    forget: (groups) => log.forget(groups),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

function steppedOwned(owned: Owned, step: Step): Owned {
  return {
    partition: owned.partition,
    signal: owned.signal,
    positions: () => owned.positions(),
    batches: (from) => owned.batches(from),
    commit: (transaction) => stepped(step, () => owned.commit(transaction)),
  };
}

export function steppedSink(sink: Sink, step: Step): Sink {
  if (sink.kind === 'idempotent') {
    return {
      ...sink,
      async put(range, again) {
        await stepped(step, () => sink.put(firstDay(range), again));
        await stepped(step, () => sink.put(range, again));
      },
    };
  }
  return {
    ...sink,
    async take(partition): Promise<TakenPartition> {
      const taken = await stepped(step, () => sink.take(partition));
      return { position: taken.position, write: (batch) => stepped(step, () => taken.write(batch)) };
    },
  };
}

/** A part of a range, as a crash between two of its files leaves it. */
function firstDay(range: SinkBatch): SinkBatch {
  const dayOf = (record: SinkBatch['records'][number] | undefined) =>
    Math.floor(Number(record?.value?.time) / 86_400_000);
  const first = dayOf(range.records[0]);
  return { ...range, records: range.records.filter((record) => dayOf(record) === first) };
}

async function stepped<T>(step: Step, work: () => Promise<T>): Promise<T> {
  step();
  const result = await work();
  step();
  return result;
}
