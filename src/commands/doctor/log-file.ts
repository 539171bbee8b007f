/** The embedded log's file. */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../../config.ts';
import { pathsOf } from '../workplace.ts';
import { type Check, fail, ok, warn } from './check.ts';

export const logFile: Check<Config> = {
  name: 'log file',
  async run(config) {
    const { log: path } = pathsOf(config);
    if (!existsSync(path))
      return warn(`there is no log at ${path} yet`, '`ebb up`, `ebb replay` and `ebb generate` make one');
    let problem: string;
    try {
      const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
      try {
        problem = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]);
      } finally {
        database.close();
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    const size = `${(statSync(path).size / (1024 * 1024)).toFixed(1)} MiB`;
    if (problem === 'ok') return ok(`${path}, ${size}, is whole`);
    return fail(
      `${path}, ${size}, is damaged: ${problem}`,
      'stop what runs on it and copy the folder; `ebb tail TOPIC --from start` reads out what can be read; then replay into a new one',
    );
  },
};
