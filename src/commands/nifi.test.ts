import { describe, expect, it } from 'vitest';
import { startEbb } from './ebb.testing.ts';
import { startStub } from './nifi/stub.testing.ts';

const run = (url: string, args: readonly string[], settings: Readonly<Record<string, string>> = {}) =>
  startEbb(['nifi', ...args, '--url', url], '', settings).ended;

describe.each(['2.3.0', '1.18.0'])('ebb nifi install into NiFi %s', (version) => {
  const two = version.startsWith('2');

  it('loads the flow, enables its services and starts it', async () => {
    await using stub = await startStub({ version });
    const { code, stdout } = await run(stub.url, ['install', '--set', 'http.port=9999', '--json']);
    expect(code).toBe(0);
    const all = { processors: { running: 15, of: 15 }, services: { enabled: two ? 10 : 8, of: two ? 10 : 8 } };
    expect(JSON.parse(stdout)).toMatchObject({
      version,
      wasThere: false,
      name: 'Ebb: online-retail',
      ...all,
      invalid: [],
    });
    expect(stub.groups).toMatchObject([{ name: 'Ebb: online-retail', running: true, enabled: true }]);
    if (two) expect(stub.parameters.get('http.port')).toBe('9999');
    else expect(stub.groups[0]?.content).toContain('<value>9999</value>');
    expect([...stub.templates]).toEqual([]);
  });

  it('says what is invalid and why, in the exit code too', async () => {
    await using stub = await startStub({
      version,
      invalid: { 'Publish rows': "'Topic Name' is invalid: it is missing" },
    });
    const { code, stderr } = await run(stub.url, ['install'], { EBB_NIFI_PATIENCE: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain("processor Publish rows (Publish rows): 'Topic Name' is invalid: it is missing");
  });

  it('finds the group that is there, and takes it away only when told to', async () => {
    await using stub = await startStub({ version });
    await run(stub.url, ['install']);
    const again = await run(stub.url, ['install']);
    expect(again.stdout).toContain('was there, and is as it was');
    expect(stub.groups.map(({ id }) => id)).toHaveLength(1);
    const before = stub.groups[0]?.id;
    const replaced = await run(stub.url, ['install', '--replace', '--set', 'http.port=7777']);
    expect(replaced.stdout).toContain('is loaded');
    expect(stub.groups).toHaveLength(1);
    expect(stub.groups[0]?.id).not.toBe(before);
  });

  it('leaves a group where FlowFiles wait, and says so', async () => {
    await using stub = await startStub({ version, queued: 3 });
    await run(stub.url, ['install']);
    const { code, stderr } = await run(stub.url, ['install', '--replace']);
    expect([code, stub.groups.length]).toEqual([1, 1]);
    expect(stderr).toContain('holds 3 FlowFiles');
  });
});

describe('ebb nifi', () => {
  it('sets parameters of a group that is there', async () => {
    await using stub = await startStub({ version: '2.3.0' });
    await run(stub.url, ['install']);
    await run(stub.url, ['install', '--set', 'kafka.brokers=broker:1']);
    expect(stub.parameters.get('kafka.brokers')).toBe('broker:1');
    expect(stub.groups).toHaveLength(1);
  });

  it('logs in where NiFi asks who it is, and says what is missing', async () => {
    await using stub = await startStub({ version: '2.3.0', login: { user: 'admin', password: 'right' } });
    const nobody = await run(stub.url, ['status']);
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('give --user, and EBB_NIFI_PASSWORD')]);
    const wrong = await run(stub.url, ['status', '--user', 'admin'], { EBB_NIFI_PASSWORD: 'wrong' });
    expect(wrong.stderr).toContain('username and password are not valid');
    const right = await run(stub.url, ['status', '--user', 'admin'], { EBB_NIFI_PASSWORD: 'right' });
    expect(right.stdout).toContain('has no flow of Ebb');
  });

  it('says what runs and what waits', async () => {
    await using stub = await startStub({ version: '1.18.0', queued: 7 });
    await run(stub.url, ['install', '--dataset', 'kaggle-ecommerce', '--shop', 'shop-2']);
    const { stdout } = await run(stub.url, ['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      version: '1.18.0',
      groups: [{ name: 'Ebb: kaggle-ecommerce', queued: 7, processors: { running: 15, of: 15 } }],
    });
  });

  it('names the parameters there are, and an address that does not answer', async () => {
    const unknown = await run('http://127.0.0.1:9', ['install', '--set', 'kafka.broker=x']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('the flow has no parameter kafka.broker: they are kafka.brokers');
    const { code, stderr } = await run('http://127.0.0.1:9', ['status']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not answer')]);
  });
});
