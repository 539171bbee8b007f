/** What runs, how far it has come, and what it refused. */
import type { PipelineState, Row, SinkState, TopologyState } from '../../shown.ts';
import { connect } from '../connection.ts';
import { element } from '../elements.ts';
import type { Format } from '../format.ts';
import { text } from '../numbers.ts';
import type { Screen } from '../screen.ts';
import { section } from '../section.ts';
import { scrolling, table } from '../table.ts';
import { graph } from './graph.ts';
import { openRates } from './rates.ts';
import { type Kind, tellRefused } from './refused.ts';
import { traceSearch } from './trace.ts';

export function pipelineScreen(formatted: () => Promise<Format>): Screen {
  const picture = element('div');
  const topics = element('div');
  const place = element(
    'div',
    {},
    scrolling('The graph of topologies', picture),
    element('details', {}, element('summary', {}, 'Topics as a table'), topics),
  );
  const [topologies, sinks, processes, refused] = [element('div'), element('div'), element('div'), element('div')];
  const rates = openRates();
  let told = false;
  const take = async (state: PipelineState): Promise<void> => {
    const format = await formatted();
    rates.add(state);
    picture.replaceChildren(graph(state, rates, format));
    const rate = (what: string): string => `${format.count(Math.round(rates.of(what)))}/s`;
    topics.replaceChildren(scrolling('Topics', topicTable(state, rate, format)));
    keepingFocus(topologies, () =>
      topologies.replaceChildren(
        scrolling(
          'Topologies',
          topologyTable(state.topologies, rate, format, (kind, name) => void tellRefused(refused, kind, name, format)),
        ),
      ),
    );
    sinks.replaceChildren(scrolling('Sinks', sinkTable(state.sinks, rate, format)));
    processes.replaceChildren(scrolling('Processes', processTable(state)));
    if (!told) {
      told = true;
      const [first] = state.topologies.filter(({ dead }) => dead > 0);
      if (first !== undefined) void tellRefused(refused, 'dead-letters', first.name, format);
      else refused.replaceChildren(element('p', { class: 'lacking' }, 'Nothing has been refused'));
    }
  };
  const disconnect = connect({
    url: 'api/pipeline/live',
    on: { pipeline: (state) => void take(state as PipelineState) },
    onState() {},
  });
  const grid = element(
    'div',
    { class: 'grid' },
    section('12', 'Topologies and topics', place),
    section('12', 'Where did my record go?', traceSearch()),
    section('12', 'Topologies', topologies),
    section('6', 'Sinks', sinks),
    section('6', 'Processes', processes),
    section('12', 'Dead letters and late records', refused),
  );
  return { element: grid, show() {}, close: disconnect };
}

/** What is redrawn under the keyboard stays under it. */
function keepingFocus(place: HTMLElement, redraw: () => void): void {
  const name = place.contains(document.activeElement) ? document.activeElement?.getAttribute('data-of') : null;
  redraw();
  if (name === null || name === undefined) return;
  for (const button of place.querySelectorAll('button')) if (button.dataset.of === name) button.focus();
}

function topicTable({ topics }: PipelineState, rate: (what: string) => string, format: Format): HTMLElement {
  return table(
    'Topics',
    [
      { name: 'Topic', head: true, cell: (row) => text(row, 'name') },
      { name: 'Records so far', number: true, cell: (row) => format.count(row.end) },
      { name: 'Rate', number: true, cell: (row) => rate(`topic ${row.name}`) },
      { name: 'Complete up to', cell: (row) => format.moment(row.watermark) },
    ],
    topics.map(({ name, end, watermark }): Row => ({ name, end, watermark })),
  );
}

function topologyTable(
  topologies: readonly TopologyState[],
  rate: (what: string) => string,
  format: Format,
  show: (kind: Kind, topology: string) => void,
): HTMLElement {
  const refused = (kind: Kind, name: string, count: number) => {
    if (count === 0) return '0';
    const words = kind === 'dead-letters' ? 'dead letters' : 'late records';
    const button = element(
      'button',
      { type: 'button', 'aria-label': `${count} ${words} of ${name}`, 'data-of': `${kind} ${name}` },
      format.count(count),
    );
    button.addEventListener('click', () => show(kind, name));
    return button;
  };
  const of = new Map(topologies.map((one) => [one.name, one]));
  return table(
    'Topologies',
    [
      { name: 'Topology', head: true, cell: (row) => text(row, 'name') },
      { name: 'What it computes', wrap: true, cell: (row) => text(row, 'title') },
      { name: 'Reads', number: true, cell: (row) => rate(`read ${row.name}`) },
      { name: 'Behind', number: true, cell: (row) => format.count(row.lag) },
      { name: 'Late', number: true, cell: (row) => refused('late-records', text(row, 'name'), Number(row.late)) },
      { name: 'Dead', number: true, cell: (row) => refused('dead-letters', text(row, 'name'), Number(row.dead)) },
      { name: 'Run by', cell: (row) => ranBy(of.get(text(row, 'name'))) },
    ],
    topologies.map(({ name, title, lag, late, dead }): Row => ({ name, title, lag, late, dead })),
  );
}

function ranBy(topology: TopologyState | undefined): string {
  const { processes = [] } = topology ?? {};
  if (processes.length === 0) return 'nobody';
  return processes.length === 1 ? '1 process' : `${processes.length} processes`;
}

function sinkTable(sinks: readonly SinkState[], rate: (what: string) => string, format: Format): HTMLElement {
  const of = new Map(sinks.map((one) => [one.name, one]));
  return table(
    'Sinks',
    [
      { name: 'Sink', head: true, cell: (row) => text(row, 'name') },
      { name: 'Topics', number: true, cell: (row) => format.count(of.get(text(row, 'name'))?.topics.length) },
      { name: 'Written', number: true, cell: (row) => format.count(row.written) },
      { name: 'Rate', number: true, cell: (row) => rate(`sink ${row.name}`) },
      { name: 'Behind', number: true, cell: (row) => format.count(row.lag) },
      { name: 'Run by', cell: (row) => (of.get(text(row, 'name'))?.processes.length === 0 ? 'nobody' : 'running') },
      { name: 'Last trouble', wrap: true, cell: (row) => text(row, 'trouble') || 'none' },
    ],
    sinks.map(({ name, written, lag, trouble }): Row => ({ name, written, lag, trouble })),
  );
}

function processTable({ topologies, sinks }: PipelineState): HTMLElement {
  const doing = new Map<string, string[]>();
  const add = (process: string, what: string): void => {
    doing.set(process, [...(doing.get(process) ?? []), what]);
  };
  for (const { name, processes } of topologies)
    for (const { name: process, partitions } of processes) add(process, `${name} (${partitions.join(', ') || 'none'})`);
  for (const { name, processes } of sinks) for (const process of processes) add(process, `sink ${name}`);
  if (doing.size === 0) return element('p', { class: 'lacking' }, 'No process reads for this shop: ebb run starts one');
  return table(
    'Processes, and which partitions of what they have',
    [
      { name: 'Process', head: true, cell: (row) => text(row, 'name') },
      { name: 'Has', wrap: true, cell: (row) => text(row, 'has') },
    ],
    [...doing].map(([name, has]): Row => ({ name, has: has.join(', ') })),
  );
}
