import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk } from './ebb.testing.ts';

const cli = resolve(import.meta.dirname, '../cli.ts');
const data = join(testFolder(), 'data');

it('knows the shops and the topics of a log', async () => {
  await ebbOk('generate', '--preset', 'transactions', '--count', '10', '--shop', 'corner', '--data', data);
  const { stdout: shops } = await ebbOk('complete', '--', 'tail', '--data', data, '--shop', '');
  expect(shops).toBe('corner\t\n:4\n');
  const { stdout: topics } = await ebbOk('complete', '--', 'tail', '--data', data, '--shop', 'corner', 'synth');
  expect(topics).toBe('synthetic.transactions\t\n:4\n');
});

it('completes in bash', async () => {
  const { stdout: script } = await ebbOk('completion', 'bash');
  // bash-completion's function, as far as the script needs it.
  const words = '_get_comp_words_by_ref() { words=(ebb re); cur=re; }; compopt() { :; }';
  const ebb = `ebb() { "${process.execPath}" "${cli}" "$@"; }`;
  const shell = [words, ebb, script, '__ebb_complete', 'declare -p COMPREPLY'].join('\n');
  const { stdout, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({
    stdout: 'declare -a COMPREPLY=([0]="replay" [1]="reprocess" [2]="reset")\n',
    stderr: '',
  });
});
