import { CommanderError } from 'commander';
import { ebbProgram } from './commands/program.ts';
import { ConfigError } from './config.ts';

// Whoever reads what is printed may stop reading (head, less): that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** The command line or the settings are wrong: nothing was begun. */
const MISUSED = 2;

try {
  await ebbProgram().parseAsync();
} catch (error) {
  process.exitCode = told(error);
}

/** Says what is wrong, unless commander has. Gives the exit code. */
function told(error: unknown): number {
  // Asked for, help and version are no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  // Errors made for people carry a name and a message; anything else is a defect, and its stack is what helps.
  const known = error instanceof Error && ('code' in error || error.name !== 'Error') && !(error instanceof TypeError);
  console.error(known && process.env.EBB_DEBUG === undefined ? `ebb: ${error.message}` : error);
  return error instanceof ConfigError ? MISUSED : 1;
}
