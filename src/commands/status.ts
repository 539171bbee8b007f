import type { TopologyStatus } from '../engine/status.ts';
import { BEGINNING } from '../engine/tick.ts';
import type { PipelineStatus, TrainingStatus } from '../operations/status.ts';
import { bar, bold, count, cyan, dim, moment, table, yellow } from './terminal.ts';

// Progress.
const stream = process.stderr;

/** The pipeline at a glance, for stderr. @param elapsed ms since it started */
export function statusText(shop: string, { topologies, sinks, training }: PipelineStatus, elapsed: number): string {
  const rows = topologies.map(({ topology, in: taken, out, lag, late, dead, watermark, keys }) => [
    topology,
    taken,
    out,
    lag,
    late,
    dead,
    keys,
    moment(watermark),
  ]);
  const late = topologies.reduce((sum, one) => sum + one.late, 0);
  const dead = topologies.reduce((sum, one) => sum + one.dead, 0);
  const seconds = Math.floor(elapsed / 1000);
  const written = sinks.map((sink) => `${sink.name} ${cyan(count(sink.written), stream)}`).join('   ');
  return [
    `${bold(`Ebb · ${shop}`, stream)}  ${dim(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`, stream)}`,
    '',
    table(['topology', 'in', 'out', 'behind', 'late', 'dead', 'keys', 'event time'], rows, { stream, least: 9 }),
    '',
    ...topologies.flatMap(heldBack),
    ...(training === undefined ? [] : [trainingText(training)]),
    ...(sinks.length === 0 ? [] : [`${dim('written to', stream)}  ${written}`]),
    ...(late + dead === 0
      ? []
      : [yellow(`${count(late)} late, ${count(dead)} dead letters: ebb tail <topology>.dead --shop ${shop}`, stream)]),
  ].join('\n');
}

function trainingText({ date, doing, share }: TrainingStatus): string {
  const what = doing === 'reading' ? 'reading what models learn from' : 'training models';
  return `${dim(`${what}, as known on ${date}`, stream)}  ${bar(share, 1)}`;
}

/** What a topology waits for, as of its task that is furthest behind. */
function heldBack({ topology, tasks }: TopologyStatus): readonly string[] {
  const waits = tasks.flatMap(({ held }) => held ?? []).sort((a, b) => a.known - b.known);
  const [first] = waits;
  if (first === undefined) return [];
  const known = first.known > BEGINNING ? `known up to ${moment(first.known)}` : 'of which nothing is known yet';
  return [dim(`${topology} waits for ${first.topic}, ${known}`, stream)];
}
