/** The stack's servers as processes of this machine. */
import { existsSync } from 'node:fs';
import { StackError } from './error.ts';
import { type Say, silent } from './say.ts';
import { type Server, serverOf } from './server.ts';
import { type Report, type Stack, specsOf } from './stack.ts';

/**
 * Makes sure, before anything is written, that the stack can be started.
 * @throws StackError MISSING where servers cannot be started so; PORT_TAKEN; CONFLICT when two want the same port
 */
export function refuseObstacles(stack: Stack): void {
  if (!existsSync('/proc/self/stat'))
    throw new StackError('MISSING', 'Without Docker the servers start on Linux only. Start Docker and try again.');
  const servers = serversOf(stack, silent);
  refuseSharedPorts(servers);
  for (const server of servers) server.claimPorts();
}

/**
 * Starts what is not running, and returns when all of it serves. What runs already stays as it is.
 * @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY, CONFLICT
 */
export async function upNatively(stack: Stack, say: Say): Promise<void> {
  await Promise.all(
    serversOf(stack, say).map(async (server) => {
      if (await server.launch()) say.line(`${server.spec.name}: starting…`);
      await server.untilHealthy();
    }),
  );
}

/** Ends all of it; data and logs stay. */
export async function downNatively(stack: Stack): Promise<void> {
  await Promise.all(serversOf(stack, silent).map((server) => server.stop()));
}

export function nativeReports(stack: Stack): Promise<readonly Report[]> {
  return Promise.all(
    serversOf(stack, silent).map(async ({ spec: { name, address }, log, state }) => {
      const { is, ...more } = await state();
      return { name, address, state: is, ...more, log };
    }),
  );
}

function serversOf(stack: Stack, say: Say): readonly Server[] {
  return specsOf(stack, say).map((spec) => serverOf(spec, { endsWithParent: false }));
}

function refuseSharedPorts(servers: readonly Server[]): void {
  const users = new Map<number, string>();
  for (const { spec } of servers) {
    for (const [purpose, port] of Object.entries(spec.ports)) {
      const [other, user] = [users.get(port), `${spec.name} (${purpose})`];
      if (other !== undefined)
        throw new StackError('CONFLICT', `Port ${port} is wanted for both ${other} and ${user}. Choose another.`);
      users.set(port, user);
    }
  }
}
