/** For tests: a log and a sink that fail at a chosen step, as a process does that dies there. */
import type { Batch, Log, Owned } from '../../src/log/log.ts';
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
  return changedLog(log, (owned) => ({
    ...forwarded(owned),
    commit: (transaction) => stepped(step, () => owned.commit(transaction)),
  }));
}

/** A log that tells what is about to be read, and fails when `before` throws. */
export function watchedLog(log: Log, before: (what: string) => void): Log {
  async function* watched(what: string, batches: () => AsyncIterable<Batch>) {
    before(what);
    for await (const batch of batches()) {
      yield batch;
      before(`${what} after a batch`);
    }
  }
  const changed = changedLog(log, (owned) => ({
    ...forwarded(owned),
    async positions() {
      before('positions');
      return owned.positions();
    },
    batches: (from) => watched('batches', () => owned.batches(from)),
  }));
  return { ...changed, read: (options) => watched(`read ${options.topic}`, () => log.read(options)) };
}

function changedLog(log: Log, change: (owned: Owned) => Owned): Log {
  return {
    create: (topics) => log.create(topics),
    delete: (topics) => log.delete(topics),
    topics: () => log.topics(),
    async *join(options) {
      for await (const owned of log.join(options)) {
        yield change(owned);
      }
    },
    read: (options) => log.read(options),
    append: (appends) => log.append(appends),
    positions: (groups) => log.positions(groups),
    members: () => log.members(),
    waitsFor: () => log.waitsFor(),
    forget: (groups) => log.forget(groups),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

function forwarded(owned: Owned): Owned {
  return {
    partition: owned.partition,
    signal: owned.signal,
    positions: () => owned.positions(),
    batches: (from) => owned.batches(from),
    commit: (transaction) => owned.commit(transaction),
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
