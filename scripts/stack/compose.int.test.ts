import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { onlineRetail } from '../../datasets/online-retail.ts';
import { releases } from '../../nifi/model.ts';
import { parametersOf } from '../../nifi/parameters.ts';
import { composeCall } from './compose.ts';
import { placelessSettings } from './hdfs-config.ts';
import { brokerSettings } from './kafka-config.ts';
import { mariadbSettings } from './mariadb.ts';
import { silent } from './say.ts';
import { environmentOf, type Stack, serviceNames, specsOf, wantedStack } from './stack.ts';
import { need, runs } from './tools.ts';

/** Compose itself, which needs no engine to check and fill in its file. */
let compose: readonly [program: string, ...args: string[]] = ['docker', 'compose'];

beforeAll(async () => {
  if (spawnSync('docker', ['compose', 'version']).status === 0) return;
  await need('Docker Compose', 'docker-compose', () => runs('docker-compose', 'version'), silent);
  compose = ['docker-compose'];
});

function stackOf(values: Readonly<Record<string, number>>): Stack {
  return wantedStack({ dir: 'unused', mode: 'docker', services: serviceNames, values }, undefined);
}

/** The file as Compose understands it, by service. */
function configured(stack: Stack): ReadonlyMap<string, string> {
  const { args, variables } = composeCall(stack);
  const [program, ...before] = compose;
  const env = { ...process.env, ...variables };
  const text = execFileSync(program, [...before, ...args, 'config'], { env, encoding: 'utf8', stdio: 'pipe' });
  const body = /^services:\n((?: .*\n)*)/m.exec(text)?.[1] ?? '';
  const parts = body.split(/^ {2}(?=\S)/m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(':')), part]));
}

function variableOf(part: string | undefined, name: string): string | undefined {
  return new RegExp(`^ +${name}: ['"]?(.*?)['"]?$`, 'm').exec(part ?? '')?.[1];
}

describe.each([1, 3])('docker-compose.yml with %d brokers', (brokers) => {
  it('has every server of the stack, by its name', () => {
    const stack = stackOf({ brokers });
    const names = specsOf(stack, silent).map((one) => one.name);
    expect([...configured(stack).keys()]).toEqual(expect.arrayContaining(names));
  });

  it('configures brokers as they are without Docker', () => {
    const parts = configured(stackOf({ brokers }));
    const ports = Array.from({ length: brokers }, () => ({ client: 1, controller: 2 }));
    const placed = /listener|^log\.dirs$|^controller\.quorum\.voters$/;
    for (let node = 1; node <= brokers; node++) {
      const expected = Object.entries(brokerSettings(ports, node, 'unused')).filter(([key]) => !placed.test(key));
      const actual = expected.map(([key]) => {
        const name = `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`;
        return [key, variableOf(parts.get(`kafka-${node}`), name)];
      });
      expect(actual).toEqual(expected);
    }
  });

  it('publishes the ports that Ebb is told', () => {
    const stack = stackOf({ brokers, kafkaPort: 29_092, registryPort: 28_081 });
    const parts = configured(stack);
    const { EBB_BROKERS, EBB_REGISTRY } = environmentOf(stack);
    const advertised = Array.from({ length: brokers }, (_, index) => {
      const listeners = variableOf(parts.get(`kafka-${index + 1}`), 'KAFKA_ADVERTISED_LISTENERS');
      return /PLAINTEXT:\/\/([^,]+)/.exec(listeners ?? '')?.[1];
    });
    expect(advertised.join()).toBe(EBB_BROKERS);
    expect(parts.get('registry')).toContain('28081');
    expect(EBB_REGISTRY).toContain(':28081/');
  });
});

describe("docker-compose.yml's HDFS", () => {
  it('is configured as it is without Docker', () => {
    const parts = configured(stackOf({}));
    const expected = Object.entries(placelessSettings);
    for (const server of ['namenode', 'datanode'])
      expect(expected.map(([key]) => [key, variableOf(parts.get(server), `HDFS-SITE.XML_${key}`)])).toEqual(expected);
  });

  it('publishes the ports that Ebb and WebHDFS are told', () => {
    const stack = stackOf({ namenodePort: 29_870, datanodePort: 29_864 });
    const parts = configured(stack);
    expect(environmentOf(stack)).toMatchObject({ EBB_HDFS_URL: 'http://127.0.0.1:29870' });
    expect(parts.get('namenode')).toContain('29870');
    expect(parts.get('namenode')).toContain('28020');
    expect(variableOf(parts.get('datanode'), 'HDFS-SITE.XML_dfs.datanode.http.address')).toBe('0.0.0.0:29864');
    expect(parts.get('datanode')).toMatch(/29864:29864|target: 29864\n\s+published: "?29864/);
  });
});

describe("docker-compose.yml's MinIO", () => {
  it('has the port and the keys that Ebb is told', () => {
    const stack = stackOf({ minioPort: 29_000 });
    const part = configured(stack).get('minio');
    expect(environmentOf(stack)).toMatchObject({
      EBB_MINIO_ENDPOINT: 'http://127.0.0.1:29000',
      EBB_MINIO_ACCESS_KEY: variableOf(part, 'MINIO_ROOT_USER'),
      EBB_MINIO_SECRET_KEY: variableOf(part, 'MINIO_ROOT_PASSWORD'),
    });
    expect(part).toMatch(/29000:9000|target: 9000\n\s+published: "?29000/);
  });
});

describe("docker-compose.yml's MariaDB", () => {
  it('is configured as it is without Docker, with the port, the database and the user that Ebb is told', () => {
    const stack = stackOf({ mariadbPort: 23_306 });
    const part = configured(stack).get('mariadb');
    for (const [key, value] of Object.entries(mariadbSettings)) expect(part).toContain(`--${key}=${value}`);
    expect(environmentOf(stack)).toMatchObject({
      EBB_MARIADB_HOST: '127.0.0.1',
      EBB_MARIADB_PORT: '23306',
      EBB_MARIADB_USER: variableOf(part, 'MARIADB_USER'),
      EBB_MARIADB_PASSWORD: variableOf(part, 'MARIADB_PASSWORD'),
      EBB_MARIADB_DATABASE: variableOf(part, 'MARIADB_DATABASE'),
    });
    expect(part).toMatch(/23306:3306|target: 3306\n\s+published: "?23306/);
  });
});

describe("docker-compose.yml's servers beside the stack", () => {
  const text = readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8');

  it('are of a version that is said, as all are', () => {
    const images = [...text.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image);
    expect(images).toEqual(expect.arrayContaining([`apache/nifi:${releases[2]}`]));
    for (const image of images) expect(image).toMatch(/:[\w.-]*\d[\w.-]*$/);
  });

  it('are found by the flow of nifi/ at the addresses that it comes with', () => {
    const values = new Map(parametersOf({ descriptor: onlineRetail }).map(({ name, value }) => [name, value]));
    expect(text).toContain(`INSIDE://${values.get('kafka.brokers')}`);
    expect(text).toContain(`:${values.get('http.port')}'`);
    expect(values.get('schema.registry.url')).toMatch(/^http:\/\/registry:8080\//);
  });
});
