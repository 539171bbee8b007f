import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Who may ask: those who have the token, or a cookie that they got for it. */
export interface Access {
  /** Whether a token is needed at all. */
  readonly isNeeded: boolean;
  /** Whether a request with these headers has shown the token, or the cookie. */
  allows(headers: { readonly authorization?: string | undefined; readonly cookie?: string | undefined }): boolean;
  /** The cookie for a token, as `Set-Cookie` says it; `undefined`: that is not the token. @param secure whether the browser came by TLS */
  exchange(token: string, secure: boolean): string | undefined;
}

/** s: a week. */
const LASTS = 7 * 86_400;

/**
 * A cookie is good until it expires, and longer than the server lives, when that has the same token again: it says when, and is
 * signed with the token. So nothing is kept of those who came.
 * @param token absent: everybody may ask @param port cookies are of a host, and other servers may be at other ports of it
 * @param now wall clock, ms
 */
export function accessBy(token: string | undefined, port: () => number, now: () => number): Access {
  if (token === undefined) return { isNeeded: false, allows: () => true, exchange: () => undefined };
  const sign = (expires: string) =>
    createHmac('sha256', token).update(`ebb session until ${expires}`).digest('base64url');
  const name = () => `ebb_session_${port()}`;
  const isGood = (value: string): boolean => {
    const [expires = '', signature = ''] = value.split('.');
    return same(signature, sign(expires)) && Number(expires) * 1000 > now();
  };
  return {
    isNeeded: true,
    allows({ authorization, cookie }) {
      const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      return given === undefined ? cookies(cookie, name()).some(isGood) : same(given, token);
    },
    exchange(given, secure) {
      if (!same(given, token)) return undefined;
      const expires = String(Math.floor(now() / 1000) + LASTS);
      const marks = `Path=/; Max-Age=${LASTS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
      return `${name()}=${expires}.${sign(expires)}; ${marks}`;
    },
  };
}

function cookies(header: string | undefined, name: string): readonly string[] {
  const parts = (header ?? '').split(';').map((part) => part.trim());
  return parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
}

/** In a time that tells nothing of where they differ, nor of how long they are. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
