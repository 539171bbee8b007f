import type { OnPipelineEvent, PipelineEvent } from './events.ts';
import type { Level, Log } from './logger.ts';
import { sparing } from './sparing.ts';
import type { PipelineStatus } from './status.ts';

/** ms between two lines about the same trouble. */
const EVERY = 30_000;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;

/** Writes what happens to tasks and sinks into the log. @param now a monotone clock, ms */
export function logEvents(log: Log, now: () => number): OnPipelineEvent {
  const spare = sparing(EVERY);
  return (event) => {
    const { kind, ...fields } = event;
    const { level, message, trouble } = lineOf(event);
    const may = trouble === undefined ? {} : spare.may(trouble, now());
    if (may === undefined) return;
    const took = 'took' in event ? { took: Math.round(event.took) } : {};
    log(level, message, { event: kind, ...fields, ...took, ...may });
  };
}

interface Line {
  readonly level: Level;
  readonly message: string;
  /** Said only now and then. */
  readonly trouble?: string;
}

function lineOf(event: PipelineEvent): Line {
  switch (event.kind) {
    case 'task-gained':
      return { level: 'debug', message: `${nameOf(event)} is ours: restoring it` };
    case 'task-restored': {
      const { took, keys } = event;
      return { level: 'info', message: `${nameOf(event)} restored in ${seconds(took)}: ${keys} keys` };
    }
    case 'task-lost':
      if (event.why === 'stopped') return { level: 'debug', message: `${nameOf(event)} stopped after its last commit` };
      if (event.why === 'taken') return { level: 'info', message: `${nameOf(event)} went to another of its group` };
      return { level: 'error', message: `${nameOf(event)} cannot go on; the others commit, then all stops` };
    case 'committed': {
      const { records, took } = event;
      return { level: 'trace', message: `${nameOf(event)} committed ${records} records in ${seconds(took)}` };
    }
    case 'retrying': {
      const { topology, what, code, reason, pause } = event;
      const next = what === 'commit' ? 'The same commit is tried again' : 'It is started again from its last commit';
      const message = `${nameOf(event)}: ${sentence(reason)} ${next} in ${seconds(pause)}`;
      return { level: 'warn', message, trouble: `${topology} ${what} ${code}` };
    }
    case 'fenced':
      return { level: 'warn', message: `${nameOf(event)} was fenced: ${event.reason}` };
    case 'rebalanced': {
      const { topology, partitions } = event;
      const owned = partitions.length === 0 ? 'no partition' : `partitions ${partitions.join(', ')}`;
      return { level: 'info', message: `${topology} rebalanced: ${owned} here` };
    }
    case 'topology-left-out': {
      const { topology: name, version, inForce } = event;
      const next = `\`ebb reprocess ${name} --as ${version}\` computes ${version} beside it, \`ebb promote ${name} --to ${version}\` has everybody read that`;
      const what = `${name} is not run: its code is ${version}, and everybody reads ${inForce}`;
      return { level: 'warn', message: `${what}. ${next}` };
    }
    case 'sink-retrying': {
      const { sink, topic, partition, code, reason, pause } = event;
      const message = `sink ${sink}, ${topic}/${partition}: ${sentence(reason)} Tried again in ${seconds(pause)}`;
      return { level: 'warn', message, trouble: `${sink} ${code}` };
    }
    case 'still-stopping': {
      const { parts, waited } = event;
      const what = `was asked to stop ${seconds(waited)} ago, and these have a commit in hand: ${parts.join(', ')}`;
      return {
        level: 'warn',
        message: `${what}. To kill it harms nothing: whoever comes next goes on from the last commit`,
      };
    }
    case 'training-waits': {
      const { date, topic, partition, until, reached, waited } = event;
      const come = Number.isFinite(reached) ? `has come to ${instant(reached)}` : 'has not begun';
      return {
        level: 'info',
        message: `the training of ${date} waits for outcomes up to ${instant(until)}: ${topic}/${partition} ${come}, after ${seconds(waited)}. churn-scores and churn-outcomes bring them, here or in another process, and scores wait at the end of ${date}`,
        trouble: `training of ${date}`,
      };
    }
    case 'training-started':
      return { level: 'info', message: `training models with what was known on ${event.date}` };
    case 'models-trained': {
      const { date, took, reasons } = event;
      return {
        level: 'info',
        message: `models trained with what was known on ${date}, in ${seconds(took)}: ${reasons.join('; ')}`,
      };
    }
    case 'training-failed': {
      const { date, code, reasons } = event;
      const level = code === 'NOT_ENOUGH_HISTORY' ? 'info' : 'warn';
      return { level, message: `no models trained with what was known on ${date}: ${reasons.join('; ')}` };
    }
    case 'worker-started':
      return { level: 'info', message: `worker ${event.worker} starts as process ${event.process}` };
    case 'worker-ended': {
      const { worker, code, signal, pause, asked } = event;
      const how = `worker ${worker} ${signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`}`;
      if (asked) return { level: code === 0 ? 'info' : 'warn', message: how };
      if (pause === undefined) return { level: 'error', message: `${how}, once too often: all are asked to end` };
      return { level: 'warn', message: `${how}; it is started again in ${seconds(pause)}` };
    }
  }
  return event satisfies never;
}

function instant(time: number): string {
  return new Date(time).toISOString().slice(0, 16);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function nameOf({ topology, partition }: { readonly topology: string; readonly partition: number }): string {
  return `${topology}/${partition}`;
}

/** Looks now and then, and says when the log does not answer, and when it does again. */
export function logWaiting(log: Log): (status: PipelineStatus) => void {
  let waiting = false;
  return ({ waitsFor, topologies }) => {
    if (waiting === (waitsFor !== undefined)) return;
    // Nobody reads any more, and so nobody knows.
    if (waiting && !topologies.some(({ tasks }) => tasks.length > 0)) return;
    waiting = waitsFor !== undefined;
    if (waitsFor === undefined) log('info', 'the log answers again: going on', { event: 'log-answers' });
    else log('warn', `${sentence(waitsFor)} Waiting for it`, { event: 'log-waiting', reason: waitsFor });
  };
}

/** Looks now and then, and says when late records or dead letters have become more: at once, and then once a minute. */
export function logRefused(log: Log, shop: string): (status: PipelineStatus, now: number) => void {
  const spare = sparing(60_000);
  const said = new Map<string, number>();
  return ({ topologies }, now) => {
    for (const { topology, late, dead } of topologies) {
      for (const [what, total] of [['late', late] as const, ['dead', dead] as const]) {
        const key = `${topology}.${what}`;
        const before = said.get(key) ?? 0;
        if (total <= before || spare.may(key, now) === undefined) continue;
        said.set(key, total);
        const kind = what === 'late' ? 'late records' : 'dead letters';
        log('warn', `${topology}: ${total - before} more ${kind}: ebb tail ${key} --from start --shop ${shop}`, {
          event: what,
          topology,
          more: total - before,
          total,
        });
      }
    }
  };
}
