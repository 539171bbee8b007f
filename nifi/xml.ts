/** An element that holds text or elements. */
export interface Xml {
  readonly tag: string;
  readonly content: string | readonly Xml[];
}

export function element(tag: string, content: Xml['content']): Xml {
  return { tag, content };
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A document of NiFi's templates. */
export function xml(root: Xml): string {
  const lines = linesOf(root, '');
  lines[0] = lines[0]?.replace(/>$/, ' encoding-version="1.3">') ?? '';
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${lines.join('\n')}\n`;
}

function linesOf({ tag, content }: Xml, indent: string): string[] {
  if (typeof content === 'string') return [`${indent}<${tag}>${escaped(content)}</${tag}>`];
  if (content.length === 0) return [`${indent}<${tag}/>`];
  return [`${indent}<${tag}>`, ...content.flatMap((one) => linesOf(one, `${indent}    `)), `${indent}</${tag}>`];
}
