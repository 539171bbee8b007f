import { idOf } from './identity.ts';
import type { Connection, Flow, Processor, Property, Service } from './model.ts';
import { releases } from './model.ts';

/** A flow definition, as NiFi 2.x takes it from a file. */
export function definition(flow: Flow): object {
  const group = idOf(flow.name);
  const of = (name: string): string => idOf(flow.name, name);
  const bundle = (artifact: string) => ({ group: 'org.apache.nifi', artifact, version: releases[2] });
  const properties = (given: Readonly<Record<string, Property>>) =>
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, typeof value === 'string' ? value : of(value.service)]),
    );
  const processor = (one: Processor) => ({
    identifier: of(one.name),
    name: one.name,
    comments: one.comments,
    position: one.at,
    type: one.type,
    bundle: bundle(one.artifact),
    properties: properties(one.properties),
    propertyDescriptors: {},
    style: {},
    schedulingPeriod: one.every,
    schedulingStrategy: 'TIMER_DRIVEN',
    executionNode: 'ALL',
    penaltyDuration: '10 sec',
    yieldDuration: '1 sec',
    bulletinLevel: 'WARN',
    runDurationMillis: 0,
    concurrentlySchedulableTaskCount: 1,
    autoTerminatedRelationships: one.ended,
    scheduledState: 'ENABLED',
    retryCount: 10,
    retriedRelationships: one.retried,
    backoffMechanism: 'PENALIZE_FLOWFILE',
    maxBackoffPeriod: '10 mins',
    componentType: 'PROCESSOR',
    groupIdentifier: group,
  });
  const service = (one: Service) => ({
    identifier: of(one.name),
    name: one.name,
    comments: '',
    type: one.type,
    bundle: bundle(one.artifact),
    properties: properties(one.properties),
    propertyDescriptors: {},
    controllerServiceApis: [{ type: one.api.type, bundle: bundle(one.api.artifact) }],
    scheduledState: 'DISABLED',
    bulletinLevel: 'WARN',
    componentType: 'CONTROLLER_SERVICE',
    groupIdentifier: group,
  });
  const end = (name: string) => ({ id: of(name), type: 'PROCESSOR', groupId: group, name, comments: '' });
  const connection = (one: Connection) => ({
    identifier: idOf(flow.name, one.from, one.relationships.join(), one.to),
    name: '',
    source: end(one.from),
    destination: end(one.to),
    labelIndex: 0,
    zIndex: 0,
    selectedRelationships: one.relationships,
    backPressureObjectThreshold: one.most,
    backPressureDataSizeThreshold: '1 GB',
    flowFileExpiration: '0 sec',
    prioritizers: [],
    bends: [],
    loadBalanceStrategy: 'DO_NOT_LOAD_BALANCE',
    partitioningAttribute: '',
    loadBalanceCompression: 'DO_NOT_COMPRESS',
    componentType: 'CONNECTION',
    groupIdentifier: group,
  });
  return {
    flowContents: {
      identifier: group,
      name: flow.name,
      comments: flow.comments,
      position: { x: 0, y: 0 },
      processGroups: [],
      remoteProcessGroups: [],
      processors: flow.processors.map(processor),
      inputPorts: [],
      outputPorts: [],
      connections: flow.connections.map(connection),
      labels: [],
      funnels: [],
      controllerServices: flow.services.map(service),
      parameterContextName: flow.name,
      defaultFlowFileExpiration: '0 sec',
      defaultBackPressureObjectThreshold: 10_000,
      defaultBackPressureDataSizeThreshold: '1 GB',
      scheduledState: 'ENABLED',
      executionEngine: 'INHERITED',
      maxConcurrentTasks: 1,
      statelessFlowTimeout: '1 min',
      flowFileConcurrency: 'UNBOUNDED',
      flowFileOutboundPolicy: 'STREAM_WHEN_AVAILABLE',
      componentType: 'PROCESS_GROUP',
    },
    externalControllerServices: {},
    parameterContexts: {
      [flow.name]: {
        name: flow.name,
        parameters: flow.parameters.map(({ name, value, description }) => ({
          ...{ name, description, sensitive: false, provided: false, value },
        })),
        inheritedParameterContexts: [],
        componentType: 'PARAMETER_CONTEXT',
      },
    },
    parameterProviders: {},
    flowEncodingVersion: '1.0',
    latest: false,
  };
}
