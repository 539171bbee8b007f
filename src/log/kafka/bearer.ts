/** SASL OAUTHBEARER (RFC 7628): kafkajs takes a refused token for a good one, and the broker then hangs up without a word. */
import type { KafkaConfig } from 'kafkajs';
import errors from 'kafkajs/src/errors.js';

type Sasl = NonNullable<KafkaConfig['sasl']>;

/** Any way to log in, with OAUTHBEARER made to hear what the broker answers. The answer never has the token in it. */
export function hearing(sasl: Sasl | undefined): Sasl | undefined {
  if (sasl === undefined || !('oauthBearerProvider' in sasl)) return sasl;
  const { mechanism, oauthBearerProvider } = sasl;
  return {
    mechanism,
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const { value } = await oauthBearerProvider();
        const answer = await saslAuthenticate({
          request: { encode: () => sized(`n,,\u0001auth=Bearer ${value}\u0001\u0001`) },
          response: { decode: (bytes) => bytes, parse: (bytes) => bytes.toString() },
        });
        // Nothing when the token is taken; else why not, as JSON.
        const why = /\{.*\}/s.exec(answer ?? '')?.[0];
        if (why === undefined) return;
        throw new errors.KafkaJSSASLAuthenticationError(`SASL OAUTHBEARER authentication failed: ${why}`);
      },
    }),
  };
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
