import { z } from 'zod';
import type { Generation } from '../../../nifi/model.ts';
import { type Nifi, NifiError } from './client.ts';

/** A process group that holds the flow. */
export interface Group {
  readonly id: string;
  readonly name: string;
}

/** A processor or service that cannot run. */
export interface Invalid {
  readonly kind: 'processor' | 'service';
  readonly name: string;
  readonly type: string;
  readonly errors: readonly string[];
}

export interface GroupState extends Group {
  readonly processors: { readonly running: number; readonly of: number };
  readonly services: { readonly enabled: number; readonly of: number };
  /** FlowFiles that wait. */
  readonly queued: number;
  readonly invalid: readonly Invalid[];
  /** NiFi has not looked at all of them yet. */
  readonly validating: boolean;
}

const about = z.object({ about: z.object({ version: z.string() }) });
const root = z.object({
  processGroupFlow: z.object({
    id: z.string(),
    flow: z.object({
      processGroups: z.array(z.object({ id: z.string(), component: z.object({ name: z.string() }) })),
    }),
  }),
});
const errors = z.array(z.string()).nullish();
const component = z.object({
  name: z.string(),
  type: z.string(),
  state: z.string(),
  validationStatus: z.string().nullish(),
  validationErrors: errors,
});
const processors = z.object({ processors: z.array(z.object({ component })) });
const services = z.object({ controllerServices: z.array(z.object({ component })) });
const status = z.object({
  processGroupStatus: z.object({ aggregateSnapshot: z.object({ flowFilesQueued: z.number().nullish() }) }),
});

export async function versionOf(nifi: Nifi): Promise<{ readonly version: string; readonly generation: Generation }> {
  const { version } = (await nifi.ask('GET', '/flow/about', about)).about;
  const major = Number.parseInt(version, 10);
  if (major !== 1 && major !== 2)
    throw new NifiError('UNEXPECTED', `NiFi at ${nifi.url} is ${version}: the flow is for 1.x and 2.x`);
  return { version, generation: major };
}

/** The canvas, and the groups on it. */
export async function readRoot(nifi: Nifi): Promise<{ readonly id: string; readonly groups: readonly Group[] }> {
  const { id, flow } = (await nifi.ask('GET', '/flow/process-groups/root', root)).processGroupFlow;
  return { id, groups: flow.processGroups.map((group) => ({ id: group.id, name: group.component.name })) };
}

export async function stateOf(nifi: Nifi, { id, name }: Group): Promise<GroupState> {
  const found = (await nifi.ask('GET', `/process-groups/${id}/processors`, processors)).processors;
  const known = await nifi.ask('GET', `/flow/process-groups/${id}/controller-services`, services);
  const queued = await nifi.ask('GET', `/flow/process-groups/${id}/status`, status);
  const parts = [
    ...found.map((one) => ({ ...one.component, kind: 'processor' as const })),
    ...known.controllerServices.map((one) => ({ ...one.component, kind: 'service' as const })),
  ];
  return {
    ...{ id, name },
    processors: { running: found.filter((one) => one.component.state === 'RUNNING').length, of: found.length },
    services: {
      enabled: known.controllerServices.filter((one) => one.component.state === 'ENABLED').length,
      of: known.controllerServices.length,
    },
    queued: queued.processGroupStatus.aggregateSnapshot.flowFilesQueued ?? 0,
    invalid: parts
      .filter(
        ({ validationStatus, validationErrors }) =>
          validationStatus === 'INVALID' || (validationErrors?.length ?? 0) > 0,
      )
      .map(({ kind, name: of, type, validationErrors }) => ({ kind, name: of, type, errors: validationErrors ?? [] })),
    validating: parts.some(({ validationStatus }) => validationStatus === 'VALIDATING'),
  };
}
