/** The stack's servers as containers, by docker-compose.yml. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { StackError } from './error.ts';
import { type Say, silent } from './say.ts';
import { services } from './services.ts';
import { type Report, type Stack, specsOf } from './stack.ts';

const root = join(import.meta.dirname, '../..');

/** Whether a Docker engine answers; the command alone does not do. */
export function hasEngine(): boolean {
  const { error, status } = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
  return error === undefined && status === 0;
}

/** Starts what is not running, and returns when all of it serves. @throws StackError ENGINE */
export async function upInDocker(stack: Stack, say: Say): Promise<void> {
  say.line('docker compose up…');
  await compose(stack, ['up', '--detach', '--wait', ...specsOf(stack, silent).map(({ name }) => name)]);
}

/** Ends all of it; the volumes with the data stay, unless `wipe`. @throws StackError ENGINE */
export async function downInDocker(stack: Stack, { wipe }: { readonly wipe: boolean }): Promise<void> {
  await compose(stack, wipe ? ['down', '--volumes'] : ['down']);
}

/** By what clients see: the ports, and what answers there. */
export function dockerReports(stack: Stack): Promise<readonly Report[]> {
  return Promise.all(
    specsOf(stack, silent).map(async ({ name, address, missing: ask }) => {
      const missing = await ask();
      return missing === undefined ? { name, address, state: 'healthy' } : { name, address, state: 'down', missing };
    }),
  );
}

/** What the command gets: arguments before the verb, and variables. */
export function composeCall({ values }: Stack): {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
} {
  const calls = services.map((service) => service.compose(values));
  const profiles = calls.flatMap(({ profiles }) => profiles.flatMap((profile) => ['--profile', profile]));
  const variables = calls.flatMap(({ variables }) => Object.entries(variables));
  return {
    args: ['--project-name', 'ebb', '--file', join(root, 'docker-compose.yml'), ...profiles],
    variables: Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
  };
}

async function compose(stack: Stack, verb: readonly string[]): Promise<void> {
  const { args, variables } = composeCall(stack);
  const words = ['compose', ...args, ...verb];
  const code = await new Promise<number | null>((done, failed) => {
    // Its progress is for people: it goes where ours goes.
    const child = spawn('docker', words, { env: { ...process.env, ...variables }, stdio: ['ignore', 2, 2] });
    child.once('error', failed);
    child.once('close', done);
  });
  if (code !== 0)
    throw new StackError(
      'ENGINE',
      `docker ${words.join(' ')} ended with ${code}; what it said is above. \`ebb stack up --native\` does without Docker.`,
    );
}
