import { Argument, type Command } from 'commander';
import { completionOf } from './completion/candidates.ts';
import { namesFor } from './completion/names.ts';

/** What the shells' scripts are told after the candidates: whether files do where nothing else fits. */
const directive = { files: 0, none: 4 };

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print what makes a shell complete `ebb`: commands, flags, shops, topics, topologies, datasets')
    .addArgument(new Argument('<shell>', 'which one').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Once, in the file that your shell starts with:
  bash  source <(ebb completion bash)     (needs the package bash-completion)
  zsh   source <(ebb completion zsh)
  fish  ebb completion fish | source

Examples:
  ebb completion bash
  ebb completion fish`,
    )
    .action(async (shell: string) => {
      const { script } = await import('@bomb.sh/tab');
      script(shell, 'ebb', 'ebb');
      // Bash would offer no file where nothing else fits.
      if (shell === 'bash') console.log('complete -o default -F __ebb_complete ebb');
    });
  // What the scripts call on Tab.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { candidates, files } = completionOf(program, words, await namesFor(words));
      for (const { value, about } of candidates) console.log(`${value}\t${about}`);
      console.log(`:${files ? directive.files : directive.none}`);
    });
}
