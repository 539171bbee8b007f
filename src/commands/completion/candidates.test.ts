import { Argument, Command, Option } from 'commander';
import { expect, it } from 'vitest';
import { completionOf } from './candidates.ts';

const names = { shop: ['demo', 'sample'], topic: ['events'], topology: ['sessions'], dataset: ['cdnow'] };
const program = new Command('ebb');
program
  .command('replay')
  .argument('<source>')
  .option('--dataset <name>')
  .option('--shop <name>')
  .option('-r, --run', 'go on');
program.command('run').argument('[topology...]').option('--shop <name>');
program.command('secret', { hidden: true });
const stack = program.command('stack');
stack.command('up').addOption(new Option('--form <form>').choices(['native', 'docker']));
stack.command('status');
program.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh']));

it.each([
  ['commands, but none that is hidden', '', ['replay', 'run', 'stack', 'completion', 'help']],
  ['commands that begin so', 're', ['replay']],
  ['commands of a command', 'stack s', ['status']],
  ['flags', 'replay --', ['--dataset', '--shop', '--run', '--help']],
  ['values of a flag', 'run --shop ', ['demo', 'sample']],
  ['values of a flag behind =', 'run --shop=s', ['--shop=sample']],
  ['a choice', 'stack up --form n', ['native']],
  ['an argument, each time that it may stand', 'run sessions ', ['sessions']],
  ['an argument behind a flag and its value', 'run --shop demo s', ['sessions']],
  ['an argument behind a flag that takes none', 'completion --help b', ['bash']],
  ['nothing where anything may stand', 'stack up --form native ', []],
])('completes %s', (_what, line, expected) => {
  const { candidates, files } = completionOf(program, line.split(' '), names);
  expect({ values: candidates.map(({ value }) => value), files }).toEqual({ values: expected, files: false });
});

it.each(['replay ', 'replay --run x', 'replay x --dataset '])('leaves files to the shell: %s', (line) => {
  expect(completionOf(program, line.split(' '), names).files).toBe(true);
});
