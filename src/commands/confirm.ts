import { createInterface } from 'node:readline/promises';

export class NotConfirmedError extends Error {
  override readonly name = 'NotConfirmedError';
}

/** Asks on a terminal. @throws NotConfirmedError when the answer is not yes, or nobody is there to ask */
export async function confirm(question: string): Promise<void> {
  if (process.stdin.isTTY !== true) throw new NotConfirmedError(`${question} Give --yes to say so without a terminal.`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new NotConfirmedError('Nothing was changed.');
}
