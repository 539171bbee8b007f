import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Nifi, NifiError } from './client.ts';

const group = z.object({ component: z.object({ parameterContext: z.object({ id: z.string() }).nullish() }) });
const context = z.object({
  revision: z.object({ version: z.number() }),
  component: z.object({
    parameters: z.array(z.object({ parameter: z.object({ name: z.string(), value: z.string().nullish() }) })),
  }),
});
const update = z.object({
  request: z.object({ requestId: z.string(), complete: z.boolean(), failureReason: z.string().nullish() }),
});

/** ms. */
const LOOK_EVERY = 250;

/**
 * Gives the parameters of a group's context these values (2.x). NiFi stops what uses those that change, and starts it again.
 * @throws NifiError
 */
export async function setParameters(nifi: Nifi, groupId: string, values: ReadonlyMap<string, string>): Promise<void> {
  const id = (await nifi.ask('GET', `/process-groups/${groupId}`, group)).component.parameterContext?.id;
  if (id === undefined) throw new NifiError('UNEXPECTED', `the group ${groupId} has no parameter context`);
  const { revision, component } = await nifi.ask('GET', `/parameter-contexts/${id}`, context);
  const known = new Map(component.parameters.map(({ parameter: { name, value } }) => [name, value]));
  const changed = [...values].filter(([name, value]) => known.get(name) !== value);
  if (changed.length === 0) return;
  const parameters = changed.map(([name, value]) => ({ parameter: { name, value, sensitive: false } }));
  const json = { id, revision: { version: revision.version, clientId: 'ebb' }, component: { id, parameters } };
  const path = `/parameter-contexts/${id}/update-requests`;
  let { request } = await nifi.ask('POST', path, update, { json });
  while (!request.complete) {
    await sleep(LOOK_EVERY);
    ({ request } = await nifi.ask('GET', `${path}/${request.requestId}`, update));
  }
  await nifi.text('DELETE', `${path}/${request.requestId}`);
  if (request.failureReason)
    throw new NifiError('REFUSED', `NiFi does not take the parameters: ${request.failureReason}`);
}
