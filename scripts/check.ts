/** Format, types, import rules and tests, in that order; stops at the first that fails. `--no-tests` leaves the tests out. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');

const steps = [
  {
    name: 'format and lint',
    program: [join(modules, '@biomejs/biome/bin/biome'), 'ci', '.'],
    repair: 'npm run format',
  },
  { name: 'types', program: [join(modules, 'typescript/bin/tsc'), '--noEmit'], repair: undefined },
  {
    name: 'types of the page',
    program: [join(modules, 'typescript/bin/tsc'), '--noEmit', '-p', join(root, 'src/dashboard/page')],
    repair: undefined,
  },
  { name: 'tidy', program: [join(root, 'scripts/tidy.ts')], repair: undefined },
  { name: 'tests', program: [join(modules, 'vitest/vitest.mjs'), 'run'], repair: undefined },
] as const;

const wanted = process.argv.includes('--no-tests') ? steps.filter(({ name }) => name !== 'tests') : steps;
for (const { name, program, repair } of wanted) {
  const { status } = spawnSync(process.execPath, program, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed${repair === undefined ? '' : `; \`${repair}\` repairs most of it`}\n`);
    process.exit(1);
  }
  process.stdout.write(`check: ${name} ok\n`);
}
