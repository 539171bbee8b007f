import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecureKafka, startSecureKafka } from '../../scripts/stack/kafka.ts';
import { appendOf, member, textsOf, topicOf } from './contract-harness.ts';
import { type KafkaLogOptions, openKafkaLog } from './kafka.ts';
import { LogError } from './log.ts';

type Access = Pick<KafkaLogOptions, 'brokers' | 'ssl' | 'sasl'>;

let dir = '';
let kafka: SecureKafka;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-secure-'));
  kafka = await startSecureKafka({ dir });
});
afterAll(async () => {
  await kafka?.close();
  await rm(dir, { recursive: true, force: true });
});

const passwords = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type ByPassword = (typeof passwords)[number];

function login(mechanism: ByPassword, password: string): Pick<Access, 'sasl'> {
  const { username } = kafka.credentials.user;
  switch (mechanism) {
    case 'plain':
      return { sasl: { mechanism, username, password } };
    case 'scram-sha-256':
      return { sasl: { mechanism, username, password } };
    case 'scram-sha-512':
      return { sasl: { mechanism, username, password } };
  }
}

function token(value: string): Pick<Access, 'sasl'> {
  return { sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value }) } };
}

const ways: Readonly<Record<string, () => Access>> = {
  ...Object.fromEntries(
    passwords.map((mechanism) => [
      mechanism,
      () => ({ brokers: kafka.secure.saslPlaintext, ...login(mechanism, kafka.credentials.user.password) }),
    ]),
  ),
  oauthbearer: () => ({ brokers: kafka.secure.saslPlaintext, ...token(kafka.credentials.token(Date.now())) }),
  TLS: () => ({ brokers: kafka.secure.ssl, ssl: { ca: kafka.credentials.ca } }),
  'TLS with a certificate of our own': () => ({
    brokers: kafka.secure.ssl,
    ssl: { ca: kafka.credentials.ca, ...kafka.credentials.client },
  }),
  'scram-sha-512 over TLS': () => ({
    brokers: kafka.secure.saslSsl,
    ssl: { ca: kafka.credentials.ca },
    ...login('scram-sha-512', kafka.credentials.user.password),
  }),
};

describe.each(Object.keys(ways))('by %s', (way) => {
  it('topics are made, and records appended, read, and committed with positions', async () => {
    const access = ways[way]?.() ?? { brokers: [] };
    await using log = openKafkaLog({ ...access, sessionTimeout: 6_000 });
    const [input, output] = [`${way}-in`, `${way}-out`].map((name) => name.replaceAll(' ', '-'));
    if (input === undefined || output === undefined) throw new Error('two names');
    await log.create([topicOf(input), topicOf(output)]);
    await log.append([appendOf(input, 0, 'k=1')]);
    expect(await textsOf(log, input)).toEqual(['k=1']);
    const one = member(log, `${input}.group`, [input]);
    const owned = await one.own(0);
    await owned.commit({ appends: [appendOf(output, 0, 'o=1')], positions: { [input]: 1 } });
    expect(await owned.positions()).toEqual({ [input]: 1 });
    expect(await textsOf(log, output)).toEqual(['o=1']);
    expect((await log.members()).get(`${input}.group`)).toMatchObject([{ partitions: [0] }]);
    await one.leave();
    await log.forget([`${input}.group`]);
    await log.delete([input, output]);
  });
});

const guessed = 'guessed-and-wrong';

const wrong: Readonly<Record<string, () => Access>> = {
  ...Object.fromEntries(
    passwords.map((mechanism) => [
      `a wrong password by ${mechanism}`,
      () => ({ brokers: kafka.secure.saslPlaintext, ...login(mechanism, guessed) }),
    ]),
  ),
  'a token that is none': () => ({ brokers: kafka.secure.saslPlaintext, ...token(guessed) }),
  'a mechanism that is not offered': () => ({
    brokers: kafka.secure.saslPlaintext,
    sasl: {
      mechanism: 'unheard-of',
      authenticationProvider: () => ({ authenticate: async () => undefined }),
    },
  }),
  'brokers whose certificate is not trusted': () => ({ brokers: kafka.secure.ssl, ssl: true }),
};

describe.each(Object.keys(wrong))('with %s', (way) => {
  it('everything is refused at once, with the reason and without the secret', async () => {
    const access = wrong[way]?.() ?? { brokers: [] };
    const { password } = kafka.credentials.user;
    const asked: Readonly<Record<string, (log: ReturnType<typeof openKafkaLog>) => Promise<unknown>>> = {
      topics: (log) => log.topics(),
      create: (log) => log.create([topicOf('refused')]),
      append: (log) => log.append([appendOf('refused', 0, 'k=1')]),
      read: (log) => textsOf(log, 'refused'),
      join: async (log) => {
        for await (const _ of log.join({ group: 'g', topics: ['refused'], signal: AbortSignal.timeout(20_000) }));
      },
      members: (log) => log.members(),
      forget: (log) => log.forget(['g']),
    };
    for (const [what, ask] of Object.entries(asked)) {
      await using log = openKafkaLog(access);
      const error = await ask(log).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect({ what, code: error instanceof LogError ? error.code : error }).toEqual({ what, code: 'REFUSED' });
      for (let said: unknown = error; said instanceof Error; said = said.cause)
        expect(`${said.message} ${said.stack}`).not.toMatch(new RegExp(`${guessed}|${password}`));
    }
  });
});
