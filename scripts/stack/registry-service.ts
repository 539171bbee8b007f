import { installedRegistry, registrySpec, registryUrl } from './registry.ts';
import { type Service, valueFor } from './service.ts';

export const registryService: Service = {
  settings: [
    {
      key: 'registryPort',
      flag: '--registry-port <port>',
      description: 'of the schema registry',
      fallback: 8081,
      kind: 'port',
      fixedByData: false,
    },
  ],
  servers: (values, dir, say) => [registrySpec(dir, valueFor(values, 'registryPort'), () => installedRegistry(say))],
  environment: (values) => ({ EBB_REGISTRY: registryUrl(valueFor(values, 'registryPort')) }),
  compose: (values) => ({ variables: { REGISTRY_PORT: valueFor(values, 'registryPort') }, profiles: [] }),
};
