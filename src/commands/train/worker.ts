import { parentPort } from 'node:worker_threads';
import { bgNbdScores, recencyScores } from '../../churn/baselines.ts';
import type { Labelled } from '../../churn/labelled.ts';
import { learn, probabilitiesOf, test } from '../../churn/learn.ts';
import type { Engine } from '../../churn/model.ts';
import { bestThreshold } from '../../churn/threshold.ts';
import { trainFast } from '../../churn/train/fast.ts';
import type { Trainer } from '../../churn/train/trainer.ts';
import type { BaselineWork, Done, LearnWork, Work, WorkMessage } from './work.ts';

/** ms between two words about how far it is. */
const SAY_EVERY = 100;

function say(message: WorkMessage): void {
  parentPort?.postMessage(message);
}

async function trainerOf(engine: Engine): Promise<Trainer> {
  if (engine === 'fast') return trainFast;
  // Loaded when it is wanted: the packages take longer to load than everything else here.
  const { trainMljs } = await import('../../churn/train/mljs.ts');
  return trainMljs;
}

async function learnt({ engine, lesson, seed, test: tests }: LearnWork): Promise<Done> {
  const train = await trainerOf(engine);
  const started = performance.now();
  let said = started;
  const result = learn(train, lesson, {
    seed,
    onProgress(progress) {
      if (performance.now() - said < SAY_EVERY) return;
      said = performance.now();
      say({ kind: 'progress', ...progress });
    },
  });
  const seconds = (performance.now() - started) / 1000;
  if (tests === undefined) return { learnt: result, seconds };
  const scores = probabilitiesOf(result.model, tests.rows);
  const { threshold } = result;
  const tested = test(tests.rows, scores, { threshold, scores: 'probability', seed, samples: tests.samples });
  return { learnt: result, tested, scores, seconds };
}

function baseline(work: BaselineWork): Done {
  const { calibrate, horizonDays, seed, test: tests } = work;
  const isBgNbd = work.baseline === 'bg_nbd';
  const scoresOf = (rows: Labelled) => (isBgNbd ? bgNbdScores(rows, horizonDays) : recencyScores(rows));
  const started = performance.now();
  const threshold = bestThreshold({ ...calibrate, scores: scoresOf(calibrate) });
  const scores = scoresOf(tests.rows);
  const seconds = (performance.now() - started) / 1000;
  const kind = isBgNbd && work.isLikelihood ? 'probability' : 'rank';
  return {
    tested: test(tests.rows, scores, { threshold, scores: kind, seed, samples: tests.samples }),
    scores,
    seconds,
  };
}

parentPort?.on('message', async (work: Work) => {
  try {
    say({ kind: 'done', done: work.kind === 'learn' ? await learnt(work) : baseline(work) });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    say({ kind: 'failed', code: String(error.code), message: error.message });
  }
});
