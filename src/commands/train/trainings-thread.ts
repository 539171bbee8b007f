import { serveSteps } from '../steps-in-thread.ts';
import { openWorkplace } from '../workplace.ts';
import type { TrainerWork } from './trainer.ts';
import { type TrainingTold, trainings } from './trainings.ts';

/** Ended by whoever started it. */
const { signal } = new AbortController();

serveSteps(async function* ({ config, ...shop }: TrainerWork, tell: (told: TrainingTold) => void) {
  await using place = await openWorkplace(config, 'existing');
  yield* trainings(place, shop, tell, signal);
});
