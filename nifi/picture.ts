import type { Connection, Flow, Place, Processor } from './model.ts';
import { escaped } from './xml.ts';

const BOX = { width: 300, height: 84 };
const MARGIN = 40;
const font = 'font-family="system-ui, sans-serif"';

/** The flow as SVG, where its processors stand on NiFi's canvas. */
export function picture({ name, processors, connections }: Flow): string {
  const at = new Map(processors.map((one) => [one.name, one.at]));
  const right = Math.max(...processors.map(({ at: { x } }) => x)) + BOX.width;
  const bottom = Math.max(...processors.map(({ at: { y } }) => y)) + BOX.height;
  const [width, height] = [right + 2 * MARGIN, bottom + 2 * MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(name)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="context-stroke"/></marker></defs>',
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="#ffffff"/>`,
    ...connections.map((one) => arrow(one, at)),
    ...processors.map(box),
    '</svg>',
    '',
  ].join('\n');
}

function box({ name, type, at: { x, y } }: Processor): string {
  const kind = type.slice(type.lastIndexOf('.') + 1);
  return [
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="#f2f6fa" stroke="#48617a" stroke-width="1.5"/>`,
    `<text x="${x + 16}" y="${y + 36}" ${font} font-size="20" font-weight="600" fill="#16232f">${escaped(name)}</text>`,
    `<text x="${x + 16}" y="${y + 64}" ${font} font-size="16" fill="#48617a">${escaped(kind)}</text>`,
  ].join('\n');
}

function arrow({ from, to, relationships }: Connection, at: ReadonlyMap<string, Place>): string {
  const [start, end] = [at.get(from), at.get(to)];
  if (start === undefined || end === undefined) throw new RangeError(`no processor ${from} or ${to}`);
  const failed = relationships.every((one) => !['success', 'valid', 'text message'].includes(one));
  const colour = failed ? '#b4432f' : '#2f6b46';
  const [a, b] = ends(start, end);
  /** Nearer to where it begins: many end in one place. */
  const near = { x: a.x + (b.x - a.x) * 0.2, y: a.y + (b.y - a.y) * 0.2 };
  const label = relationships.join(', ');
  return [
    `<path d="M${a.x} ${a.y} L${b.x} ${b.y}" fill="none" stroke="${colour}" stroke-width="1.5"${failed ? ' stroke-dasharray="6 4"' : ''} marker-end="url(#arrow)"/>`,
    `<text x="${near.x + 8}" y="${near.y}" ${font} font-size="13" fill="${colour}" stroke="#ffffff" stroke-width="4" paint-order="stroke">${escaped(label)}</text>`,
  ].join('\n');
}

/** From the lower edge to the upper one where one stands below the other, and from side to side elsewhere. */
function ends(start: Place, end: Place): readonly [Place, Place] {
  const centre = BOX.width / 2;
  if (end.x === start.x)
    return [
      { x: start.x + centre, y: start.y + BOX.height },
      { x: end.x + centre, y: end.y },
    ];
  const [from, to] = end.x > start.x ? [BOX.width, 0] : [0, BOX.width];
  return [
    { x: start.x + from, y: start.y + BOX.height / 2 },
    { x: end.x + to, y: end.y + BOX.height / 2 },
  ];
}
