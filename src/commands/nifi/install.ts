import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { definition } from '../../../nifi/definition.ts';
import { flow } from '../../../nifi/flow.ts';
import type { Generation } from '../../../nifi/model.ts';
import type { FlowOptions } from '../../../nifi/parameters.ts';
import { template } from '../../../nifi/template.ts';
import { type Nifi, NifiError } from './client.ts';
import { type Group, type GroupState, readRoot, stateOf, versionOf } from './groups.ts';
import { setParameters } from './set-parameters.ts';

export interface InstallOptions {
  readonly flow: FlowOptions;
  /** Takes a group of the same name away first. */
  readonly replace: boolean;
  /** ms to wait for NiFi to enable services, to look whether all is valid, and to start. */
  readonly patience: number;
  /** Told what is done next. */
  onStep(step: string): void;
}

export interface Installed {
  readonly version: string;
  /** The group was there, and was left as it is. */
  readonly wasThere: boolean;
  readonly state: GroupState;
}

const made = z.object({ id: z.string() });
const instance = z.object({ flow: z.object({ processGroups: z.array(made).length(1) }) });
const revision = z.object({ version: z.number() });
const group = z.object({
  revision,
  component: z.object({ parameterContext: z.object({ id: z.string() }).nullish() }),
});
const anything = z.unknown();

/**
 * Loads the flow into a running NiFi, enables its services and starts it. Where a group of its name is there already, that one
 * is enabled and started. Invalid components are no error here: the state names them.
 * @throws NifiError
 */
export async function install(
  nifi: Nifi,
  { flow: options, replace, patience, onStep }: InstallOptions,
): Promise<Installed> {
  const { version, generation } = await versionOf(nifi);
  const { name } = flow(generation, options);
  const root = await readRoot(nifi);
  const there = root.groups.find((one) => one.name === name);
  if (there !== undefined && replace) {
    onStep(`taking ${name} away`);
    await remove(nifi, there, patience);
  }
  const stays = there !== undefined && !replace;
  if (!stays) onStep(`loading ${name} into NiFi ${version}`);
  const id = stays ? there.id : await load(nifi, generation, root.id, options);
  const loaded = { id, name };
  // A context of the same name that was left behind keeps its values, and so does one that stays.
  const values = stays
    ? options.values
    : new Map(flow(generation, options).parameters.map((one) => [one.name, one.value]));
  if (values !== undefined && values.size > 0) {
    if (generation === 2) await setParameters(nifi, id, values);
    else if (stays)
      throw new NifiError(
        'REFUSED',
        `${name} is there, and NiFi 1.x has no parameters: --replace loads it with other values`,
      );
  }
  onStep('enabling services');
  await setServices(nifi, id, 'ENABLED');
  await until(nifi, loaded, patience, ({ services, validating }) => !validating && services.enabled === services.of);
  onStep('starting');
  await setProcessors(nifi, id, 'RUNNING');
  const started = ({ processors, validating }: GroupState): boolean =>
    !validating && processors.running === processors.of;
  return { version, wasThere: stays, state: await until(nifi, loaded, patience, started) };
}

async function load(nifi: Nifi, generation: Generation, root: string, options: FlowOptions): Promise<string> {
  const made1 = flow(generation, options);
  return generation === 2
    ? await upload(nifi, root, made1.name, JSON.stringify(definition(made1)))
    : await instantiate(nifi, root, template(made1));
}

async function upload(nifi: Nifi, root: string, name: string, content: string): Promise<string> {
  const parts = [
    { name: 'groupName', content: name },
    { name: 'positionX', content: '0' },
    { name: 'positionY', content: '0' },
    { name: 'clientId', content: 'ebb' },
    { name: 'file', file: 'NiFi.json', content },
  ];
  return (await nifi.ask('POST', `/process-groups/${root}/process-groups/upload`, made, { parts })).id;
}

/** NiFi 1.x keeps templates by their names, so that it is taken away again. */
async function instantiate(nifi: Nifi, root: string, content: string): Promise<string> {
  const parts = [{ name: 'template', file: 'NiFi.xml', content }];
  const answer = await nifi.text('POST', `/process-groups/${root}/templates/upload`, { parts });
  const id = /<template\b[\s\S]*?<id>([^<]+)<\/id>/.exec(answer)?.[1];
  // What it does not take it answers with 200, and says so in XML.
  if (id === undefined) throw new NifiError('REFUSED', `NiFi does not take the template: ${answer.slice(0, 500)}`);
  try {
    const json = { templateId: id, originX: 0, originY: 0 };
    const answered = await nifi.ask('POST', `/process-groups/${root}/template-instance`, instance, { json });
    return answered.flow.processGroups[0]?.id ?? '';
  } finally {
    await nifi.text('DELETE', `/templates/${id}`);
  }
}

/** With its parameters. NiFi refuses while FlowFiles wait: they would be lost. */
async function remove(nifi: Nifi, there: Group, patience: number): Promise<void> {
  await setProcessors(nifi, there.id, 'STOPPED');
  await until(nifi, there, patience, ({ processors }) => processors.running === 0);
  await setServices(nifi, there.id, 'DISABLED');
  await until(nifi, there, patience, ({ services }) => services.enabled === 0);
  const found = await nifi.ask('GET', `/process-groups/${there.id}`, group);
  await nifi.text('DELETE', `/process-groups/${there.id}?version=${found.revision.version}&clientId=ebb`);
  const context = found.component.parameterContext?.id;
  if (context === undefined) return;
  const kept = await nifi.ask('GET', `/parameter-contexts/${context}`, z.object({ revision }));
  await nifi.text('DELETE', `/parameter-contexts/${context}?version=${kept.revision.version}&clientId=ebb`);
}

async function setServices(nifi: Nifi, id: string, state: 'ENABLED' | 'DISABLED'): Promise<void> {
  await nifi.ask('PUT', `/flow/process-groups/${id}/controller-services`, anything, { json: { id, state } });
}

async function setProcessors(nifi: Nifi, id: string, state: 'RUNNING' | 'STOPPED'): Promise<void> {
  await nifi.ask('PUT', `/flow/process-groups/${id}`, anything, { json: { id, state } });
}

/** ms. */
const LOOK_EVERY = 250;

/** The state when it is as wanted, or when patience is at an end. */
async function until(
  nifi: Nifi,
  of: Group,
  patience: number,
  wanted: (state: GroupState) => boolean,
): Promise<GroupState> {
  for (const deadline = performance.now() + patience; ; await sleep(LOOK_EVERY)) {
    const state = await stateOf(nifi, of);
    if (wanted(state) || performance.now() > deadline) return state;
  }
}
