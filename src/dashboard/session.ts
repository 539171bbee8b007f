import { z } from 'zod';
import type { Access } from './access.ts';
import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { shapeOf } from './shape.ts';

const PATH = '/api/session';
/** Tokens that one address may try in ten seconds. */
const TRIES = 10;

const state = shapeOf(
  z.strictObject({
    needed: z.boolean().describe('Whether a token is needed at all.'),
    signedIn: z.boolean().describe('Whether this request may ask for everything.'),
  }),
  'output',
);

/**
 * Whether a route may be asked without a token: whether one is needed, giving it, whether the process lives, and the page, which
 * holds no data.
 * @param route as it was declared, since an address may be spelled in many ways; undefined: there is none
 */
export function isOpen(route: string | undefined): boolean {
  return route === undefined || !route.startsWith('/api/') || route === PATH;
}

/** Gives a cookie for the token, since a browser's EventSource sends no header. */
export function sessionRoutes(api: Api, access: Access): void {
  api.get({ path: PATH, summary: 'Whether a token is needed, and was given', answer: state }, ({ request }) => ({
    needed: access.isNeeded,
    signedIn: access.allows(request.headers),
  }));
  api.post(
    {
      path: PATH,
      summary: 'A cookie for the token',
      description:
        'The cookie is HttpOnly and SameSite=Strict, and good for a week. Programs send `Authorization: Bearer TOKEN` instead.',
      body: shapeOf(z.strictObject({ token: z.string().min(1).max(1024) })),
      answer: state,
      rate: TRIES,
    },
    ({ body, request, reply }) => {
      if (!access.isNeeded) return { needed: false, signedIn: true };
      const cookie = access.exchange(body.token, request.headers.origin?.startsWith('https:') === true);
      if (cookie === undefined) throw unauthorized('that is not the token');
      reply.header('set-cookie', cookie);
      return { needed: true, signedIn: true };
    },
  );
}

export function unauthorized(why: string): Failure {
  const message = `${why}: send Authorization: Bearer TOKEN, or have a browser exchange it by POST ${PATH}. The server printed it, or was given it as EBB_DASHBOARD_TOKEN`;
  return new Failure(401, 'UNAUTHORIZED', message);
}
