import { Command } from 'commander';
import { churnCommand } from './commands/churn.ts';
import { completionCommand } from './commands/completion.ts';
import { dashboardCommand } from './commands/dashboard.ts';
import { dbCommand } from './commands/db.ts';
import { describeCommand } from './commands/describe.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { generateCommand } from './commands/generate.ts';
import { initCommand } from './commands/init.ts';
import { inspectCommand } from './commands/inspect.ts';
import { lakeCommand } from './commands/lake.ts';
import { modelsCommand } from './commands/models.ts';
import { promoteCommand } from './commands/promote.ts';
import { queryCommand } from './commands/query.ts';
import { replayCommand } from './commands/replay.ts';
import { reprocessCommand } from './commands/reprocess.ts';
import { resetCommand } from './commands/reset.ts';
import { runCommand } from './commands/run.ts';
import { scoreCommand } from './commands/score.ts';
import { sinkCommand } from './commands/sink.ts';
import { stackCommand } from './commands/stack.ts';
import { tailCommand } from './commands/tail.ts';
import { topicsCommand } from './commands/topics.ts';
import { traceCommand } from './commands/trace.ts';
import { trainCommand } from './commands/train.ts';
import { typesCommand } from './commands/types.ts';
import { upCommand } from './commands/up.ts';
import { version } from './commands/version.ts';

// Whoever reads what is printed may stop reading (head, less): that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

const program = new Command('ebb')
  .description('Stream processing for TypeScript, with a shop’s analytics built on it.')
  .version(version)
  .showHelpAfterError()
  // `--version` behind a command is that command's.
  .enablePositionalOptions();
for (const add of [
  upCommand,
  replayCommand,
  inspectCommand,
  generateCommand,
  runCommand,
  trainCommand,
  modelsCommand,
  dashboardCommand,
  scoreCommand,
  churnCommand,
  tailCommand,
  queryCommand,
  traceCommand,
  topicsCommand,
  describeCommand,
  doctorCommand,
  resetCommand,
  reprocessCommand,
  diffCommand,
  promoteCommand,
  sinkCommand,
  stackCommand,
  dbCommand,
  lakeCommand,
  initCommand,
  typesCommand,
  completionCommand,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  // Errors made for people carry a name and a message; anything else is a defect, and its stack is what helps.
  const known = error instanceof Error && ('code' in error || error.name !== 'Error') && !(error instanceof TypeError);
  console.error(known && process.env.EBB_DEBUG === undefined ? `ebb: ${error.message}` : error);
  process.exitCode = 1;
}
