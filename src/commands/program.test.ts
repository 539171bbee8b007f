import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ebbProgram } from './program.ts';

interface Leaf {
  /** Such as `stack up`. */
  readonly name: string;
  readonly command: Command;
}

/** The commands that do something, and not those that only hold others. */
function leaves(command: Command = ebbProgram(), above: readonly string[] = []): readonly Leaf[] {
  const below = command.createHelp().visibleCommands(command);
  const commands = below.filter((one) => one.name() !== 'help');
  if (commands.length === 0) return [{ name: above.join(' '), command }];
  return commands.flatMap((one) => leaves(one, [...above, one.name()]));
}

function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => void written.push(text) });
  command.outputHelp();
  return written.join('');
}

/** Lines of the examples that begin with `ebb`, or have it in a shell's `$( )`, without where their output goes. */
function examplesIn(help: string): readonly string[] {
  const [, examples = ''] = help.split(/^Examples:$/m);
  return examples.split('\n').flatMap((line) => {
    const [, evaluated, plain] = /^ *(?:eval "\$\(ebb (.*)\)"|(?:[A-Z_]+=\S+ )?ebb (.*))$/.exec(line) ?? [];
    return evaluated ?? plain?.replace(/ [>|] .*$/, '') ?? [];
  });
}

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The commands, of which none does anything. */
function parsing(): Command {
  const quiet = (command: Command): void => {
    command.action(() => {}).configureOutput({ writeErr: () => {}, writeOut: () => {} });
    for (const below of command.commands) quiet(below);
  };
  const program = ebbProgram();
  for (const command of program.commands) quiet(command);
  return program;
}

const all = leaves().map(({ name, command }) => ({ name, command, help: helpOf(command) }));
/** What they print is for a shell, or for a terminal that asks. */
const withoutData = ['completion'];

describe.each(all)('$name', ({ name, command, help }) => {
  it('shows examples, of itself first, which it would take', () => {
    const examples = examplesIn(help);
    expect(examples[0]?.startsWith(name.replace(/ list$/, ''))).toBe(true);
    for (const example of examples) expect(() => parsing().parse(wordsOf(example), { from: 'user' })).not.toThrow();
  });

  it.skipIf(withoutData.includes(name))('gives what it says to programs as well', () => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  it('says in a line what it does', () => {
    expect(command.description()).toMatch(/^[a-z].{15,}[^.]$/);
  });
});
