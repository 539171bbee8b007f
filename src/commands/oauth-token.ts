import { z } from 'zod';

export interface TokenSource {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

export class TokenError extends Error {
  override readonly name = 'TokenError';
}

const answer = z.object({ access_token: z.string().min(1) });
/** ms for the token's issuer to answer. */
const timeout = 10_000;

/** Gives tokens by OAuth 2's client credentials grant (RFC 6749, 4.4), a new one whenever it is asked. @throws TokenError */
export function tokenFrom({ url, clientId, clientSecret, scope }: TokenSource): () => Promise<{ value: string }> {
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
  return async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body,
      signal: AbortSignal.timeout(timeout),
    }).catch((cause: unknown) => {
      throw new TokenError(`no token from ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    });
    if (!response.ok) throw new TokenError(`no token from ${url}: it answers ${response.status}`);
    const parsed = answer.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw new TokenError(`no token from ${url}: its answer holds no access_token`);
    return { value: parsed.data.access_token };
  };
}
