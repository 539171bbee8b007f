import { expect, it } from 'vitest';
import { logEvents, logRefused, logWaiting } from './log-lines.ts';
import { type Fields, type LoggerOptions, openLogger } from './logger.ts';
import { running } from './status.testing.ts';

function logging(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = openLogger({ format: 'json', level: 'info', base: { shop: 'demo' }, write, ...options });
  return { log, lines, parsed: (): readonly Fields[] => lines.map((line) => JSON.parse(line)) };
}

const retrying = { kind: 'retrying', topology: 'sessions', partition: 2, what: 'commit', code: 'UNAVAILABLE' } as const;

it('lets no secret through: not by its name, however deep, nor in an address', () => {
  for (const format of ['json', 'pretty'] as const) {
    const { log, lines } = logging({ format });
    log('info', 'reached https://anna:hunter2@registry:8081/subjects', {
      config: {
        saslPassword: 'hunter2',
        brokers: ['kafka:9092'],
        inner: [{ token: 'hunter2', s3: { secretKey: 'hunter2', access_key: 'hunter2' } }],
        registry: 'http://:hunter2@registry:8081',
      },
      err: 'cannot open mariadb://root:hunter2@db/shop',
    });
    expect(lines.join()).not.toContain('hunter2');
    if (format === 'json') expect(lines.join()).toContain('kafka:9092');
    expect(lines.join()).toContain('@registry:8081/subjects');
  }
});

it('is a JSON object a line, or that line for people', () => {
  const { log, parsed } = logging();
  log('warn', 'too late', { event: 'late', more: 3 });
  expect(parsed()).toMatchObject([{ level: 'warn', shop: 'demo', event: 'late', more: 3, msg: 'too late' }]);
  const people = logging({ format: 'pretty' });
  people.log('info', 'too late', { event: 'late', more: 3 });
  expect(people.lines[0]).toMatch(/^\d\d:\d\d:\d\d info {2}too late {2}more=3$/);
});

it('says the reason of a trouble and what happens next, and the same trouble only now and then', () => {
  const { log, parsed } = logging();
  let now = 0;
  const onEvent = logEvents(log, () => now);
  for (const pause of [50, 100, 200]) onEvent({ ...retrying, reason: 'The disk is full', pause });
  now = 60_000;
  onEvent({ ...retrying, reason: 'The disk is full', pause: 5_000 });
  expect(parsed().map(({ msg, unsaid }) => [msg, unsaid])).toEqual([
    ['sessions/2: The disk is full. The same commit is tried again in 0.05 s', 0],
    ['sessions/2: The disk is full. The same commit is tried again in 5.00 s', 2],
  ]);
});

it('says when dead letters become more, at most once a minute', () => {
  const { log, parsed } = logging();
  const look = logRefused(log, 'demo');
  const status = (dead: number) => ({
    topologies: [
      {
        ...{ topology: 'normalise', group: 'demo.normalise.v1', in: 9, out: 9, late: 0, dead, custom: new Map() },
        ...{ lag: 0, watermark: 0, keys: 0, waiting: 0, commits: 1, waitsFor: undefined, tasks: [] },
      },
    ],
    sinks: [],
  });
  look(status(0), 0);
  look(status(2), 1_000);
  look(status(5), 2_000);
  look(status(5), 62_000);
  look(status(5), 130_000);
  expect(parsed().map(({ more, total }) => [more, total])).toEqual([
    [2, 2],
    [3, 5],
  ]);
});

it('says once when the log does not answer, and once when it does again to who still reads', () => {
  const { log, parsed } = logging();
  const look = logWaiting(log);
  const of = (waitsFor?: string) => ({ topologies: [running], sinks: [], waitsFor });
  look(of());
  look(of('No broker answers'));
  look(of('No broker answers'));
  look({ topologies: [{ ...running, tasks: [] }], sinks: [] });
  look(of());
  look(of());
  expect(parsed().map(({ event, msg }) => [event, msg])).toEqual([
    ['log-waiting', 'No broker answers. Waiting for it'],
    ['log-answers', 'the log answers again: going on'],
  ]);
});
