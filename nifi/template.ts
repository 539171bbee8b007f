import { idOf } from './identity.ts';
import type { Connection, Flow, Processor, Property, Service } from './model.ts';
import { releases } from './model.ts';
import { element, type Xml, xml } from './xml.ts';

/** A template, as NiFi 1.x takes it from a file. */
export function template(flow: Flow): string {
  const group = idOf(flow.name);
  const of = (name: string): string => idOf(flow.name, name);
  const apis = new Map(flow.services.map(({ name, api }) => [name, api.type]));
  const parent = element('parentGroupId', group);
  const bundle = (artifact: string): Xml =>
    element('bundle', [
      element('artifact', artifact),
      element('group', 'org.apache.nifi'),
      element('version', releases[1]),
    ]);
  /** NiFi gives services new ids, and finds by the descriptors where the old ones stand. */
  const descriptors = (given: Readonly<Record<string, Property>>): Xml =>
    element(
      'descriptors',
      Object.entries(given).map(([key, value]) =>
        element('entry', [
          element('key', key),
          element('value', [
            ...(typeof value === 'string'
              ? []
              : [element('identifiesControllerService', apis.get(value.service) ?? '')]),
            element('name', key),
          ]),
        ]),
      ),
    );
  const properties = (given: Readonly<Record<string, Property>>): Xml =>
    element(
      'properties',
      Object.entries(given).map(([key, value]) =>
        element('entry', [
          element('key', key),
          element('value', typeof value === 'string' ? value : of(value.service)),
        ]),
      ),
    );
  const service = (one: Service): Xml =>
    element('controllerServices', [
      element('id', of(one.name)),
      parent,
      element('bulletinLevel', 'WARN'),
      bundle(one.artifact),
      element('comments', ''),
      descriptors(one.properties),
      element('name', one.name),
      element('persistsState', 'false'),
      properties(one.properties),
      element('state', 'DISABLED'),
      element('type', one.type),
    ]);
  const processor = (one: Processor): Xml =>
    element('processors', [
      element('id', of(one.name)),
      parent,
      element('position', [element('x', one.at.x.toFixed(1)), element('y', one.at.y.toFixed(1))]),
      bundle(one.artifact),
      element('config', [
        element('backoffMechanism', 'PENALIZE_FLOWFILE'),
        element('bulletinLevel', 'WARN'),
        element('comments', one.comments),
        element('concurrentlySchedulableTaskCount', '1'),
        descriptors(one.properties),
        element('executionNode', 'ALL'),
        element('lossTolerant', 'false'),
        element('maxBackoffPeriod', '10 mins'),
        element('penaltyDuration', '10 sec'),
        properties(one.properties),
        // What counts; the flag of a relationship is for show.
        ...one.retried.map((name) => element('retriedRelationships', name)),
        element('retryCount', '10'),
        element('runDurationMillis', '0'),
        element('schedulingPeriod', one.every),
        element('schedulingStrategy', 'TIMER_DRIVEN'),
        element('yieldDuration', '1 sec'),
      ]),
      element('executionNodeRestricted', 'false'),
      element('name', one.name),
      ...one.relationships.map((name) =>
        element('relationships', [
          element('autoTerminate', String(one.ended.includes(name))),
          element('name', name),
          element('retry', String(one.retried.includes(name))),
        ]),
      ),
      element('state', 'STOPPED'),
      element('style', []),
      element('type', one.type),
    ]);
  const end = (tag: string, name: string): Xml =>
    element(tag, [element('groupId', group), element('id', of(name)), element('type', 'PROCESSOR')]);
  const connection = (one: Connection): Xml =>
    element('connections', [
      element('id', idOf(flow.name, one.from, one.relationships.join(), one.to)),
      parent,
      element('backPressureDataSizeThreshold', '1 GB'),
      element('backPressureObjectThreshold', String(one.most)),
      end('destination', one.to),
      element('flowFileExpiration', '0 sec'),
      element('labelIndex', '0'),
      element('loadBalanceCompression', 'DO_NOT_COMPRESS'),
      element('loadBalancePartitionAttribute', ''),
      element('loadBalanceStatus', 'LOAD_BALANCE_NOT_CONFIGURED'),
      element('loadBalanceStrategy', 'DO_NOT_LOAD_BALANCE'),
      element('name', ''),
      ...one.relationships.map((name) => element('selectedRelationships', name)),
      end('source', one.from),
      element('zIndex', '0'),
    ]);
  const outer = idOf(flow.name, 'template');
  return xml(
    element('template', [
      element('description', flow.comments),
      element('groupId', outer),
      element('name', flow.name),
      element('snippet', [
        element('processGroups', [
          element('id', group),
          element('parentGroupId', outer),
          element('position', [element('x', '0.0'), element('y', '0.0')]),
          element('comments', flow.comments),
          element('contents', [
            ...flow.connections.map(connection),
            ...flow.services.map(service),
            ...flow.processors.map(processor),
          ]),
          element('defaultBackPressureDataSizeThreshold', '1 GB'),
          element('defaultBackPressureObjectThreshold', '10000'),
          element('defaultFlowFileExpiration', '0 sec'),
          element('flowfileConcurrency', 'UNBOUNDED'),
          element('flowfileOutboundPolicy', 'STREAM_WHEN_AVAILABLE'),
          element('name', flow.name),
          element('variables', []),
        ]),
      ]),
      element('timestamp', '01/01/2026 00:00:00 UTC'),
    ]),
  );
}
