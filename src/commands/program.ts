import { styleText } from 'node:util';
import { Command } from 'commander';
import { churnCommand } from './churn.ts';
import { completionCommand } from './completion.ts';
import { dashboardCommand } from './dashboard.ts';
import { datasetsCommand } from './datasets.ts';
import { dbCommand } from './db.ts';
import { deadCommand } from './dead.ts';
import { describeCommand } from './describe.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { generateCommand } from './generate.ts';
import { initCommand } from './init.ts';
import { inspectCommand } from './inspect.ts';
import { lakeCommand } from './lake.ts';
import { modelsCommand } from './models.ts';
import { nifiCommand } from './nifi.ts';
import { promoteCommand } from './promote.ts';
import { queryCommand } from './query.ts';
import { replayCommand } from './replay.ts';
import { reprocessCommand } from './reprocess.ts';
import { resetCommand } from './reset.ts';
import { runCommand } from './run.ts';
import { scoreCommand } from './score.ts';
import { sinkCommand } from './sink.ts';
import { stackCommand } from './stack.ts';
import { tailCommand } from './tail.ts';
import { topicsCommand } from './topics.ts';
import { traceCommand } from './trace.ts';
import { trainCommand } from './train.ts';
import { typesCommand } from './types.ts';
import { upCommand } from './up.ts';
import { version } from './version.ts';

/** As help shows them. */
const groups: readonly (readonly [string, readonly ((program: Command) => void)[]])[] = [
  ['Begin', [upCommand, replayCommand, inspectCommand, generateCommand, initCommand]],
  ['Compute', [runCommand, reprocessCommand, diffCommand, promoteCommand, resetCommand, describeCommand]],
  [
    'Look',
    [queryCommand, tailCommand, traceCommand, deadCommand, topicsCommand, sinkCommand, dashboardCommand, doctorCommand],
  ],
  ['Churn', [trainCommand, modelsCommand, scoreCommand, churnCommand]],
  ['Stores and services', [stackCommand, dbCommand, lakeCommand, nifiCommand, datasetsCommand]],
  ['Your shell and your code', [completionCommand, typesCommand]],
];

/** Every command, as commander parses it. Wrong command lines are thrown, as a CommanderError. */
export function ebbProgram(): Command {
  const program = new Command('ebb')
    .description('Stream processing for TypeScript, with a shop’s analytics built on it.')
    .version(version)
    .showHelpAfterError('(`--help` shows flags and examples)')
    // `--version` behind a command is that command's.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ styleTitle: (title) => styleText('bold', title, { validateStream: false }) })
    .addHelpText(
      'after',
      '\nExamples:\n  ebb up\n  ebb replay retail.csv.gz --dataset online-retail --run\n  ebb query "select * from category_metrics limit 5"\n  ebb run --help',
    );
  for (const [group, commands] of groups) {
    program.commandsGroup(`${group}:`);
    for (const add of commands) add(program);
  }
  return program;
}
