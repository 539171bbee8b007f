/** For tests of clients: listeners beside PLAINTEXT that ask for a password, a token, encryption, or both. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SecurePorts {
  readonly saslPlaintext: number;
  readonly ssl: number;
  readonly saslSsl: number;
}

/** What a client needs to come in. */
export interface Credentials {
  /** Of PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly user: { readonly username: string; readonly password: string };
  /** PEM: who signed the brokers' certificates, and one for a client, which brokers take but do not demand. */
  readonly ca: string;
  readonly client: { readonly cert: string; readonly key: string };
  /** For OAUTHBEARER: brokers believe whatever is written in it. @param now ms @returns a token that holds for an hour */
  token(now: number): string;
}

const user = { username: 'alice', password: 'alice-secret' };
const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const login = 'org.apache.kafka.common.security';

/** Arguments of `kafka-storage format`: users of SCRAM are part of the cluster's metadata. */
export const scramArguments: readonly string[] = scram.flatMap((mechanism) => [
  '--add-scram',
  `${mechanism}=[name=${user.username},password=${user.password}]`,
]);

/** @param folder of the certificates */
export function securitySettings(folder: string): Readonly<Record<string, string>> {
  const sasl = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
    [
      `listener.name.${listener}.plain.sasl.jaas.config`,
      `${login}.plain.PlainLoginModule required user_${user.username}="${user.password}";`,
    ],
    ...scram.map((mechanism) => [
      `listener.name.${listener}.${mechanism.toLowerCase()}.sasl.jaas.config`,
      `${login}.scram.ScramLoginModule required;`,
    ]),
    [
      `listener.name.${listener}.oauthbearer.sasl.jaas.config`,
      `${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    ],
  ]);
  return {
    'sasl.enabled.mechanisms': ['PLAIN', ...scram, 'OAUTHBEARER'].join(),
    ...Object.fromEntries(sasl),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'broker.both.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
    'ssl.client.auth': 'requested',
  };
}

/** Makes the certificates, unless they are in `folder`. Needs openssl. */
export function makeCredentials(folder: string): Credentials {
  if (!existsSync(join(folder, 'client.pem'))) makeCertificates(folder);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    user,
    ca: read('ca.pem'),
    client: { cert: read('client.pem'), key: read('client.key') },
    token(now) {
      const seconds = Math.floor(now / 1000);
      const claims = { sub: user.username, iat: seconds, exp: seconds + 3600 };
      const parts = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
      return `${parts.join('.')}.`;
    },
  };
}

const configuration = `[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[member]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
`;

function makeCertificates(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('openssl.cnf'), configuration);
  const make = (name: string, extensions: string, ...signer: readonly string[]): void => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at(`${name}.key`)];
    const what = ['-x509', '-days', '3650', '-subj', `/CN=${name}`, '-extensions', extensions];
    const args = ['req', '-config', at('openssl.cnf'), ...what, ...key, '-out', at(`${name}.pem`), ...signer];
    execFileSync('openssl', args, { stdio: 'pipe' });
  };
  const ca = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')];
  make('ca', 'ca');
  make('broker', 'member', ...ca);
  writeFileSync(at('broker.both.pem'), ['broker.key', 'broker.pem'].map((name) => readFileSync(at(name))).join('\n'));
  make('client', 'member', ...ca);
}
