import { serveSteps } from '../steps-in-thread.ts';
import { openWorkplace } from '../workplace.ts';
import { evaluations } from './evaluations.ts';
import type { EvaluatorWork } from './evaluator.ts';

/** Ended by whoever started it. */
const { signal } = new AbortController();

serveSteps(async function* ({ config, ...shop }: EvaluatorWork) {
  await using place = await openWorkplace(config, 'existing');
  yield* evaluations(place, shop, signal);
});
