import { readFileSync } from 'node:fs';

/** Ebb's own. */
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
