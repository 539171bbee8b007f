/** Where the nodes of a graph without cycles are drawn: columns by how far they are from a start, rows so that lines cross little. */

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Place {
  readonly column: number;
  /** From 0; halves where a column has fewer nodes than the longest. */
  readonly row: number;
}

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  readonly columns: number;
  readonly rows: number;
}

/** Times that columns are put in the order of their neighbours, to and fro. */
const SWEEPS = 6;

/** Nodes that nothing leads to stand in the first column. An edge of a cycle counts for nothing. */
export function layoutOf(edges: readonly Edge[]): Layout {
  const nodes = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const column = columnsOf(nodes, edges);
  const count = Math.max(-1, ...column.values()) + 1;
  const columns = Array.from({ length: count }, (_, at) => nodes.filter((node) => column.get(node) === at));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    const order = forth ? columns.keys() : [...columns.keys()].reverse();
    for (const at of order) columns[at] = byNeighbours(columns[at] ?? [], edges, rowsOf(columns), forth);
  }
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  const places = new Map<string, Place>();
  for (const [at, members] of columns.entries())
    for (const [index, node] of members.entries())
      places.set(node, { column: at, row: index + (rows - members.length) / 2 });
  return { places, columns: count, rows };
}

/** Each node's greatest distance from a start. */
function columnsOf(nodes: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const before = Map.groupBy(edges, ({ to }) => to);
  const known = new Map<string, number>();
  const visit = (node: string, way: ReadonlySet<string>): number => {
    const column = known.get(node);
    if (column !== undefined) return column;
    const further = new Set([...way, node]);
    const from = (before.get(node) ?? []).filter((edge) => !further.has(edge.from));
    const found = Math.max(-1, ...from.map((edge) => visit(edge.from, further))) + 1;
    known.set(node, found);
    return found;
  };
  for (const node of nodes) visit(node, new Set());
  return known;
}

function rowsOf(columns: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const tallest = Math.max(0, ...columns.map(({ length }) => length));
  return new Map(
    columns.flatMap((members) => members.map((node, index) => [node, index + (tallest - members.length) / 2] as const)),
  );
}

/** In the order of the mean row of what they are joined to, on the left or on the right. */
function byNeighbours(
  members: readonly string[],
  edges: readonly Edge[],
  rows: ReadonlyMap<string, number>,
  left: boolean,
): string[] {
  const mean = (node: string): number => {
    const near = edges
      .filter(({ from, to }) => (left ? to : from) === node)
      .map(({ from, to }) => rows.get(left ? from : to) ?? 0);
    return near.length === 0 ? (rows.get(node) ?? 0) : near.reduce((sum, one) => sum + one, 0) / near.length;
  };
  return [...members].sort((a, b) => mean(a) - mean(b));
}
