/** The topologies and topics of a shop as a picture. The same is in tables below it, which is where the details are. */
import type { PipelineState, TopologyState } from '../../shown.ts';
import { svg } from '../elements.ts';
import type { Format } from '../format.ts';
import { type Edge, type Layout, layoutOf } from './layout.ts';
import type { Rates } from './rates.ts';

const [WIDTH, HEIGHT, GAP_X, GAP_Y] = [148, 46, 62, 18];

const topicNode = (name: string): string => `topic ${name}`;
const topologyNode = (name: string): string => `topology ${name}`;

export function edgesOf({ topologies }: Pick<PipelineState, 'topologies'>): readonly Edge[] {
  return topologies.flatMap(({ name, from, broadcast, to }) => [
    ...[...from, ...broadcast].map((topic) => ({ from: topicNode(topic), to: topologyNode(name) })),
    ...to.map((topic) => ({ from: topologyNode(name), to: topicNode(topic) })),
  ]);
}

export function graph(state: PipelineState, rates: Rates, format: Format): SVGElement {
  const edges = edgesOf(state);
  const layout = layoutOf(edges);
  const width = layout.columns * (WIDTH + GAP_X) - GAP_X + 8;
  const height = layout.rows * (HEIGHT + GAP_Y) - GAP_Y + 8;
  const broadcasts = new Set(
    state.topologies.flatMap(({ name, broadcast }) =>
      broadcast.map((topic) => `${topicNode(topic)}>${topologyNode(name)}`),
    ),
  );
  const label = `${state.topologies.length} topologies and the ${state.topics.length} topics between them`;
  return svg(
    'svg',
    { class: 'graph', role: 'img', 'aria-label': label, width, height, viewBox: `-4 -4 ${width} ${height}` },
    edges.map((edge) => line(edge, layout, rates, broadcasts.has(`${edge.from}>${edge.to}`))),
    state.topics.map(({ name, watermark }) => {
      const rate = rates.of(topicNode(name));
      const words =
        rate > 0 ? `${format.count(Math.ceil(rate))}/s` : watermark === null ? 'quiet' : format.moment(watermark);
      return node(topicNode(name), name, words, layout, 'topic');
    }),
    state.topologies.map((one) => node(topologyNode(one.name), one.name, wordsOf(one, format), layout, stateOf(one))),
  );
}

function wordsOf({ lag, dead, late, processes }: TopologyState, format: Format): string {
  if (processes.length === 0) return lag > 0 ? `stopped, ${format.count(lag)} behind` : 'stopped';
  const trouble = [dead > 0 ? `${format.count(dead)} dead` : '', late > 0 ? `${format.count(late)} late` : ''].filter(
    (part) => part !== '',
  );
  return [lag > 0 ? `${format.count(lag)} behind` : 'up to date', ...trouble].join(' · ');
}

function stateOf({ processes, dead, lag }: TopologyState): string {
  if (processes.length === 0 && lag > 0) return 'topology stranded';
  return dead > 0 ? 'topology refusing' : 'topology';
}

function spotOf(name: string, { places }: Layout): { readonly x: number; readonly y: number } {
  const { column, row } = places.get(name) ?? { column: 0, row: 0 };
  return { x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) };
}

/** Wider and brighter where more goes through. */
function line({ from, to }: Edge, layout: Layout, rates: Rates, isBroadcast: boolean): SVGElement {
  const [start, end] = [spotOf(from, layout), spotOf(to, layout)];
  const [x1, y1, x2, y2] = [start.x + WIDTH, start.y + HEIGHT / 2, end.x, end.y + HEIGHT / 2];
  const bend = (x2 - x1) / 2;
  const rate = isBroadcast ? 0 : rates.of(from.startsWith('topic') ? `read ${to.slice('topology '.length)}` : to);
  const width = 1.2 + Math.min(5, Math.log10(1 + rate));
  const path = svg('path', {
    d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    class: rate > 0 ? 'edge moving' : isBroadcast ? 'edge broadcast' : 'edge',
    'stroke-width': width.toFixed(1),
  });
  if (rate < 1) return path;
  const words = svg('text', { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 4, class: 'rate' }, `${Math.round(rate)}/s`);
  return svg('g', {}, path, to.startsWith('topology') ? words : null);
}

function node(id: string, name: string, words: string, layout: Layout, kind: string): SVGElement {
  const { x, y } = spotOf(id, layout);
  const round = kind === 'topic' ? HEIGHT / 2 : 8;
  return svg(
    'g',
    { class: `node ${kind}`, transform: `translate(${x} ${y})` },
    svg('rect', { width: WIDTH, height: HEIGHT, rx: round }),
    svg('text', { x: WIDTH / 2, y: 20, class: 'name' }, name),
    svg('text', { x: WIDTH / 2, y: 36, class: 'words' }, words),
  );
}
