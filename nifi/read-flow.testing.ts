/** For tests: both generations' files, read back as what they have in common. */

export interface ReadComponent {
  readonly name: string;
  readonly type: string;
  readonly bundle: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface ReadProcessor extends ReadComponent {
  readonly id: string;
  readonly ended: readonly string[];
  readonly retried: readonly string[];
}

export interface ReadConnection {
  readonly from: string;
  readonly to: string;
  readonly relationships: readonly string[];
  readonly objects: number;
  readonly bytes: string;
}

export interface ReadFlow {
  readonly processors: readonly ReadProcessor[];
  readonly services: readonly (ReadComponent & { readonly id: string })[];
  readonly connections: readonly ReadConnection[];
  readonly parameters: readonly string[];
}

interface Bundle {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

interface JsonComponent {
  readonly identifier: string;
  readonly name: string;
  readonly type: string;
  readonly bundle: Bundle;
  readonly properties: Readonly<Record<string, string>>;
}

export interface JsonFlow {
  readonly flowContents: Readonly<Record<string, unknown>> & {
    readonly processors: readonly (JsonComponent & {
      readonly autoTerminatedRelationships: readonly string[];
      readonly retriedRelationships: readonly string[];
    })[];
    readonly controllerServices: readonly JsonComponent[];
    readonly connections: readonly {
      readonly source: { readonly id: string };
      readonly destination: { readonly id: string };
      readonly selectedRelationships: readonly string[];
      readonly backPressureObjectThreshold: number;
      readonly backPressureDataSizeThreshold: string;
    }[];
  };
  readonly parameterContexts: Readonly<Record<string, { readonly parameters: readonly { readonly name: string }[] }>>;
}

export function readDefinition({ flowContents, parameterContexts }: JsonFlow): ReadFlow {
  const component = ({ identifier, name, type, bundle, properties }: JsonComponent) => ({
    ...{ id: identifier, name, type, properties },
    bundle: `${bundle.group}:${bundle.artifact}:${bundle.version}`,
  });
  return {
    processors: flowContents.processors.map((one) => ({
      ...component(one),
      ended: one.autoTerminatedRelationships,
      retried: one.retriedRelationships,
    })),
    services: flowContents.controllerServices.map(component),
    connections: flowContents.connections.map((one) => ({
      from: one.source.id,
      to: one.destination.id,
      relationships: one.selectedRelationships,
      objects: one.backPressureObjectThreshold,
      bytes: one.backPressureDataSizeThreshold,
    })),
    parameters: Object.values(parameterContexts).flatMap(({ parameters }) => parameters.map(({ name }) => name)),
  };
}

interface Node {
  readonly tag: string;
  text: string;
  readonly children: Node[];
}

/** As much of XML as templates have. */
function parseXml(text: string): Node {
  const root: Node = { tag: '', text: '', children: [] };
  const open = [root];
  for (const [, close, tag = '', empty, chars] of text.matchAll(/<(\/?)([\w]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const top = open.at(-1) ?? root;
    if (chars !== undefined) top.text += chars;
    else if (close === '/') open.pop();
    else if (tag !== 'xml') {
      const node: Node = { tag, text: '', children: [] };
      top.children.push(node);
      if (empty === '') open.push(node);
    }
  }
  return root;
}

const plain = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

function find(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  return path.reduce((at, tag) => at?.children.find((one) => one.tag === tag), node);
}

const textOf = (node: Node | undefined, ...path: readonly string[]): string => plain(find(node, ...path)?.text ?? '');

export function readTemplate(text: string): ReadFlow {
  const contents = find(parseXml(text), 'template', 'snippet', 'processGroups', 'contents');
  const all = (tag: string): readonly Node[] => contents?.children.filter((one) => one.tag === tag) ?? [];
  const component = (node: Node, config: Node | undefined) => ({
    id: textOf(node, 'id'),
    name: textOf(node, 'name'),
    type: textOf(node, 'type'),
    bundle: ['group', 'artifact', 'version'].map((part) => textOf(node, 'bundle', part)).join(':'),
    properties: Object.fromEntries(
      (find(config, 'properties')?.children ?? []).map((entry) => [textOf(entry, 'key'), textOf(entry, 'value')]),
    ),
  });
  const relationships = (node: Node, flag: string): readonly string[] =>
    node.children
      .filter((one) => one.tag === 'relationships' && textOf(one, flag) === 'true')
      .map((one) => textOf(one, 'name'));
  return {
    processors: all('processors').map((node) => ({
      ...component(node, find(node, 'config')),
      ended: relationships(node, 'autoTerminate'),
      retried: (find(node, 'config')?.children ?? [])
        .filter(({ tag }) => tag === 'retriedRelationships')
        .map((one) => textOf(one)),
    })),
    services: all('controllerServices').map((node) => component(node, node)),
    connections: all('connections').map((node) => ({
      from: textOf(node, 'source', 'id'),
      to: textOf(node, 'destination', 'id'),
      relationships: node.children.filter(({ tag }) => tag === 'selectedRelationships').map((one) => textOf(one)),
      objects: Number(textOf(node, 'backPressureObjectThreshold')),
      bytes: textOf(node, 'backPressureDataSizeThreshold'),
    })),
    parameters: [],
  };
}
