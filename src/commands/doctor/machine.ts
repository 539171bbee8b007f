/** The machine that Ebb runs on: these need no log. */
import { existsSync } from 'node:fs';
import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { version } from '../version.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Runs TypeScript, has node:sqlite and execve; ours is of this version. */
const NODE = 26;
const MIB = 1024 * 1024;
/** Below it a busy log fills what is left within minutes. */
const LITTLE = 1024 * MIB;
const NOTHING = 64 * MIB;

export const nodeVersion: Check<Config> = {
  name: 'node',
  async run() {
    const major = Number.parseInt(process.versions.node, 10);
    const found = `Ebb ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`;
    return major >= NODE ? ok(found) : fail(found, `use Node ${NODE} or newer: npx ebb brings its own`);
  },
};

export const clock: Check<Config> = {
  name: 'clock',
  async run() {
    const [wall, monotone] = [Date.now(), performance.now()];
    await sleep(200);
    const drift = Math.round(Date.now() - wall - (performance.now() - monotone));
    const now = new Date().toISOString();
    if (new Date().getUTCFullYear() < 2025)
      return fail(`the clock says ${now}`, 'set it (NTP): leases and certificates go by it');
    return Math.abs(drift) > 50
      ? warn(`the clock jumped by ${drift} ms within 200 ms`, 'let NTP slew it: leases of the log go by it')
      : ok(`${now}, and it runs evenly`);
  },
};

export const dataDirectory: Check<Config> = {
  name: 'data directory',
  async run({ data }) {
    const path = resolve(data);
    let standing = path;
    while (!existsSync(standing)) standing = dirname(standing);
    try {
      await rmdir(await mkdtemp(join(standing, '.ebb-doctor-')));
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? error.code : error;
      return fail(`${standing} cannot be written (${why})`, 'give --data DIR of another place, or the right to write');
    }
    return ok(standing === path ? `${path} can be written` : `${path} is not there yet, and can be made`);
  },
};

export const disk: Check<Config> = {
  name: 'disk',
  async run({ data }) {
    let standing = resolve(data);
    while (!existsSync(standing)) standing = dirname(standing);
    const { bavail, bsize } = await statfs(standing);
    const free = bavail * bsize;
    const found = `${(free / (1024 * MIB)).toFixed(1)} GiB free`;
    if (free < NOTHING) return fail(found, 'make room: commits wait until there is some');
    return free < LITTLE ? warn(found, 'make room: a full disk makes commits wait') : ok(found);
  },
};
