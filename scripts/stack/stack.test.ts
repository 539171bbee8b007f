import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environmentOf, isSame, remember, rememberedStack, serviceNames, wantedStack } from './stack.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-stack-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const asked = (values: Readonly<Record<string, number>>) => ({
  dir,
  mode: 'native' as const,
  services: serviceNames,
  values,
});

it('has one broker and the usual ports unless something else is asked for', () => {
  expect(environmentOf(wantedStack(asked({}), undefined))).toEqual({
    EBB_BROKERS: '127.0.0.1:9092',
    EBB_REGISTRY: 'http://127.0.0.1:8081/apis/ccompat/v7',
    EBB_HDFS_URL: 'http://127.0.0.1:9870',
    EBB_HDFS_USER: 'hdfs',
    EBB_MINIO_ENDPOINT: 'http://127.0.0.1:9000',
    EBB_MINIO_ACCESS_KEY: 'ebb-stack',
    EBB_MINIO_SECRET_KEY: 'ebb-stack-secret',
    EBB_MARIADB_HOST: '127.0.0.1',
    EBB_MARIADB_PORT: '3306',
    EBB_MARIADB_USER: 'ebb',
    EBB_MARIADB_PASSWORD: 'ebb',
    EBB_MARIADB_DATABASE: 'ebb',
  });
  expect(environmentOf(wantedStack(asked({ brokers: 3, kafkaPort: 7001 }), undefined))).toMatchObject({
    EBB_BROKERS: '127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003',
  });
});

it('tells Ebb of what was asked for, and of nothing else', () => {
  const stack = { ...asked({}), services: ['mariadb'] };
  expect(Object.keys(environmentOf(wantedStack(stack, undefined)))).toEqual(
    ['HOST', 'PORT', 'USER', 'PASSWORD', 'DATABASE'].map((name) => `EBB_MARIADB_${name}`),
  );
});

it('remembers what was asked for', () => {
  remember(wantedStack(asked({ brokers: 3, registryPort: 7010 }), undefined));
  const remembered = rememberedStack(dir);
  const again = wantedStack(asked({}), remembered);
  expect(again.values).toMatchObject({ brokers: 3, registryPort: 7010 });
  expect(remembered !== undefined && isSame(again, remembered, serviceNames)).toBe(true);
});

it('changes ports when asked to, and the number of brokers only without data', () => {
  const was = wantedStack(asked({ brokers: 3 }), undefined);
  expect(wantedStack(asked({ kafkaPort: 7001 }), was).values).toMatchObject({ brokers: 3, kafkaPort: 7001 });
  expect(() => wantedStack(asked({ brokers: 1 }), was)).toThrow('made with --brokers 3');
});

it('says so when what it remembers is not readable', async () => {
  await writeFile(join(dir, 'stack.json'), '{"mode":"by hand"}');
  expect(() => rememberedStack(dir)).toThrow('does not describe a stack');
});
