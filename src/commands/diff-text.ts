import { type By, type Comparison, differingFields, type Sample } from './compare-results.ts';
import { bold, count, dim, table, yellow } from './terminal.ts';

export interface ComparedOutput {
  /** Its name, without the version. */
  readonly topic: string;
  readonly by: By;
  readonly comparison: Comparison;
}

export interface Diff {
  readonly topology: string;
  readonly between: readonly [first: string, second: string];
  /** Records that each has not read yet. */
  readonly behind: readonly number[];
  readonly outputs: readonly ComparedOutput[];
}

/** For people, on stdout. */
export function diffText({ topology, between, behind, outputs }: Diff): string {
  const [first, second] = between;
  const late = behind.flatMap((lag, side) =>
    lag > 0 ? `${between[side]} has ${count(lag)} records still to read` : [],
  );
  return [
    `${bold(topology, process.stdout)}  ${first} and ${second}`,
    ...(late.length === 0 ? [] : [yellow(`${late.join(', ')}: what differs may be only that`, process.stdout)]),
    ...outputs.map((output) => outputText(output, between)),
  ].join('\n\n');
}

function outputText({ topic, by, comparison }: ComparedOutput, [first, second]: Diff['between']): string {
  const { equal, onlyFirst, onlySecond, different, fields, samples } = comparison;
  const counts = [
    ['equal', equal],
    ...(by === 'record' ? [] : [['different', different] as const]),
    [`only in ${first}`, onlyFirst],
    [`only in ${second}`, onlySecond],
  ] as const;
  const byField = Object.entries(fields).sort(([, a], [, b]) => b - a);
  return [
    `${topic}: ${howCompared(by)}`,
    table(
      ['', ''],
      counts.map(([what, n]) => [what, n]),
    ),
    ...(byField.length === 0 ? [] : [`in ${byField.map(([field, n]) => `${field} ${count(n)}`).join(', ')}`]),
    ...samples.map((sample) => sampleText(sample, by, [first, second])),
  ].join('\n');
}

function howCompared(by: By): string {
  if (by === 'record') return 'record by record';
  return by === 'key' ? 'the last value of each key' : `the last value of each ${by.join(', ')}`;
}

function sampleText({ id, first, second }: Sample, by: By, between: Diff['between']): string {
  if (first === undefined || second === undefined)
    return `${dim(`only in ${first === undefined ? between[1] : between[0]}`, process.stdout)}  ${JSON.stringify(first ?? second)}`;
  const changes = differingFields(first, second).map(
    (field) => `${field} ${JSON.stringify(first[field])} → ${JSON.stringify(second[field])}`,
  );
  return `${dim(labelOf(id, by, first), process.stdout)}  ${changes.join(', ')}`;
}

function labelOf(id: string, by: By, value: Readonly<Record<string, unknown>>): string {
  return typeof by === 'string' ? id : by.map((field) => String(value[field])).join(' ');
}
