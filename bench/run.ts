/** Runs the benchmarks, or those that are named, one after the other: `npm run bench -- codec log`. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Each in a process of its own with the flags that `ebb` has, so that none runs on what another left to collect and to optimise. */
const programs = [
  'codec',
  'log',
  'engine',
  'state-memory',
  'generator',
  'sinks',
  'sinks/minio',
  'sinks/mariadb',
  'sinks/hdfs',
  'replay',
  'http',
  'kafka',
  'churn',
  'churn-replay',
  'dashboard',
  'page',
];

const named = process.argv.slice(2);
const unknown = named.filter((name) => !programs.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`bench: no program is called ${unknown.join(', ')}; there are ${programs.join(', ')}\n`);
  process.exit(2);
}
const [cpu] = cpus();
process.stdout.write(`${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, Node ${process.versions.node}\n`);
for (const program of named.length > 0 ? named : programs) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, join(import.meta.dirname, `${program}.ts`)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
