/** Compiles what the package is made of into dist/: Node runs no TypeScript under node_modules. A clone needs none of it. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { pageFiles } from '../src/dashboard/page-files.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
for (const file of globSync('**/*.js', { cwd: dist })) startsCompiled(join(dist, file));
// What the code reads beside itself, in the same places.
for (const folder of ['src', 'sql'])
  cpSync(join(root, folder), join(dist, folder), { recursive: true, filter: (path) => !path.endsWith('.ts') });
// The page's modules as browsers get them: nothing takes types out at the reader's.
for (const [path, { body }] of pageFiles())
  if (path.endsWith('.js') && !path.startsWith('/vendor/')) writeFileSync(join(dist, 'src/dashboard/page', path), body);
for (const whole of ['template', 'docker-compose.yml'])
  cpSync(join(root, whole), join(dist, whole), { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);

/** The compiler changes what is imported, but not the names of modules that threads are started with. */
function startsCompiled(file: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replaceAll(/(new URL\('\.[^']*\.)ts(', import\.meta\.url\))/g, '$1js$2');
  if (after !== before) writeFileSync(file, after);
  for (const [, target = ''] of after.matchAll(/new URL\('(\.[^']*\.js)', import\.meta\.url\)/g)) {
    const module = fileURLToPath(new URL(target, pathToFileURL(file)));
    if (!existsSync(module))
      throw new Error(`${file} starts ${module}, which was not compiled: add it to files of tsconfig.build.json`);
  }
}
