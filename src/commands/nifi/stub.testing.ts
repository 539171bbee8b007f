/** For tests: answers as NiFi's REST API does (../shared/nifi/README.md, and the sources of 1.18.0 and 2.3.0), and keeps what it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readDefinition, readTemplate } from '../../../nifi/read-flow.testing.ts';

export interface StubOptions {
  readonly version: string;
  readonly login?: { readonly user: string; readonly password: string };
  /** Names of components, and why they are invalid. */
  readonly invalid?: Readonly<Record<string, string>>;
  /** FlowFiles that wait: a group is not deleted then. */
  readonly queued?: number;
}

interface StubGroup {
  readonly id: string;
  readonly name: string;
  readonly content: string;
  running: boolean;
  enabled: boolean;
}

export interface Stub extends AsyncDisposable {
  readonly url: string;
  /** Groups on its canvas. */
  readonly groups: readonly StubGroup[];
  /** Of the parameter context. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Templates that were left behind. */
  readonly templates: ReadonlyMap<string, string>;
  /** `METHOD path` of each request, in order. */
  readonly requests: readonly string[];
}

const TOKEN = 'stub-token';

export async function startStub({ version, login, invalid = {}, queued = 0 }: StubOptions): Promise<Stub> {
  const two = version.startsWith('2');
  const groups: StubGroup[] = [];
  const parameters = new Map<string, string>();
  const templates = new Map<string, string>();
  const requests: string[] = [];
  let context = false;
  let made = 0;

  const components = ({ content, running, enabled }: StubGroup, kind: 'processors' | 'services') =>
    namesOf(content, kind).map((name) => {
      const error = invalid[name];
      const on = kind === 'processors' ? running && 'RUNNING' : enabled && 'ENABLED';
      const off = kind === 'processors' ? 'STOPPED' : 'DISABLED';
      const validity =
        error === undefined
          ? { validationStatus: 'VALID' }
          : { validationStatus: 'INVALID', validationErrors: [error] };
      return {
        component: { name, type: `org.apache.nifi.${name}`, state: error === undefined && on ? on : off, ...validity },
      };
    });

  function add(name: string, content: string): StubGroup {
    made++;
    const group = { id: `group-${made}`, name, content, running: false, enabled: false };
    groups.push(group);
    return group;
  }

  type Reply = readonly [status: number, body: unknown];
  function answer(method: string, path: string, body: string): Reply {
    const [, of = '', rest = ''] = /^\/(?:flow\/)?process-groups\/([^/?]+)(.*)$/.exec(path) ?? [];
    const group = groups.find(({ id }) => id === of);
    const json = (): Record<string, unknown> => JSON.parse(body);
    switch (`${method} ${path.replace(of, of === 'root' ? 'root' : of === '' ? '' : 'ID').replace(/\?.*$/, '')}`) {
      case 'GET /flow/about':
        return [200, { about: { title: 'NiFi', version } }];
      case 'GET /flow/process-groups/root':
        return [
          200,
          {
            processGroupFlow: {
              id: 'canvas',
              flow: { processGroups: groups.map(({ id, name }) => ({ id, component: { name } })) },
            },
          },
        ];
      case 'POST /process-groups/ID/process-groups/upload': {
        if (!two) return [404, 'no such resource'];
        const content = partOf(body, 'file');
        const snapshot: { parameterContexts: Record<string, { parameters: { name: string; value: string }[] }> } =
          JSON.parse(content);
        // A context that is there keeps the values it has.
        for (const one of Object.values(snapshot.parameterContexts))
          for (const { name, value } of one.parameters) if (!parameters.has(name)) parameters.set(name, value);
        context = true;
        return [201, { id: add(partOf(body, 'groupName'), content).id }];
      }
      case 'POST /process-groups/ID/templates/upload': {
        if (two) return [404, 'no such resource'];
        const content = partOf(body, 'template');
        if (!content.startsWith('<?xml'))
          return [200, '<errorResponse status="400" statusText="The specified template is not in a valid format."/>'];
        made++;
        templates.set(`template-${made}`, content);
        return [
          201,
          `<?xml version="1.0"?><templateEntity><template encoding-version="1.3"><groupId>canvas</groupId><id>template-${made}</id></template></templateEntity>`,
        ];
      }
      case 'POST /process-groups/ID/template-instance': {
        const content = templates.get(String(json().templateId));
        if (content === undefined) return [404, 'Unable to locate template'];
        const name = /<name>(Ebb: [^<]*)<\/name>/.exec(content)?.[1] ?? '';
        return [201, { flow: { processGroups: [{ id: add(name, content).id }] } }];
      }
      case 'PUT /flow/process-groups/ID/controller-services':
        if (group) group.enabled = json().state === 'ENABLED';
        return [200, json()];
      case 'PUT /flow/process-groups/ID':
        if (group) group.running = json().state === 'RUNNING';
        return [200, json()];
      case 'GET /process-groups/ID/processors':
        return [200, { processors: group ? components(group, 'processors') : [] }];
      case 'GET /flow/process-groups/ID/controller-services':
        return [200, { controllerServices: group ? components(group, 'services') : [] }];
      case 'GET /flow/process-groups/ID/status':
        return [200, { processGroupStatus: { aggregateSnapshot: { flowFilesQueued: queued } } }];
      case 'GET /process-groups/ID':
        return [200, { revision: { version: 3 }, component: two ? { parameterContext: { id: 'context' } } : {} }];
      case 'DELETE /process-groups/ID':
        if (queued > 0) return [409, `Cannot delete Process Group because Connection holds ${queued} FlowFiles`];
        if (group === undefined || group.running || group.enabled) return [409, 'Group is running'];
        groups.splice(groups.indexOf(group), 1);
        return [200, {}];
    }
    if (path.startsWith('/templates/'))
      return templates.delete(path.slice('/templates/'.length)) ? [200, {}] : [404, ''];
    if (!context || !path.startsWith('/parameter-contexts/context')) return [404, `${method} ${path} ${rest}`];
    if (method === 'POST') {
      const asked: { component: { parameters: { parameter: { name: string; value: string } }[] } } = JSON.parse(body);
      for (const { parameter } of asked.component.parameters) parameters.set(parameter.name, parameter.value);
      return [200, { request: { requestId: 'update', complete: false } }];
    }
    if (path.endsWith('/update-requests/update')) return [200, { request: { requestId: 'update', complete: true } }];
    if (method === 'DELETE') {
      context = false;
      parameters.clear();
      return [200, {}];
    }
    const known = [...parameters].map(([name, value]) => ({ parameter: { name, value } }));
    return [200, { revision: { version: 1 }, component: { parameters: known } }];
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const path = (request.url ?? '').replace(/^\/nifi-api/, '');
    requests.push(`${request.method} ${path}`);
    const [status, said] = guarded(request.method ?? '', path, body, request.headers.authorization);
    response.statusCode = status;
    response.end(typeof said === 'string' ? said : JSON.stringify(said));
  }

  function guarded(method: string, path: string, body: string, authorization: string | undefined): Reply {
    if (path === '/access/token') {
      const given = new URLSearchParams(body);
      const right = given.get('username') === login?.user && given.get('password') === login?.password;
      return right ? [201, TOKEN] : [400, 'The supplied username and password are not valid.'];
    }
    return login !== undefined && authorization !== `Bearer ${TOKEN}`
      ? [401, 'Unauthorized']
      : answer(method, path, body);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, groups, parameters, templates, requests },
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}

function partOf(body: string, name: string): string {
  const found = new RegExp(`name="${name}"[^\\r]*(?:\\r\\n[^\\r]+)*\\r\\n\\r\\n([\\s\\S]*?)\\r\\n--`).exec(body);
  return found?.[1] ?? '';
}

/** Of what a file holds, in either form. */
function namesOf(content: string, kind: 'processors' | 'services'): readonly string[] {
  const read = content.startsWith('{') ? readDefinition(JSON.parse(content)) : readTemplate(content);
  return read[kind].map(({ name }) => name);
}
