/** What training threads are given, and what they say. */
import type { Labelled } from '../../churn/labelled.ts';
import type { Learnt, Lesson, Tested } from '../../churn/learn.ts';
import type { Engine } from '../../churn/model.ts';

/** Scores that nobody learns from labels, shown beside the models. */
export type Baseline = 'bg_nbd' | 'recency';

export interface TestRows {
  readonly rows: Labelled;
  /** Of the bootstrap. */
  readonly samples: number;
}

export interface LearnWork {
  readonly kind: 'learn';
  readonly engine: Engine;
  readonly lesson: Lesson;
  readonly seed: number;
  /** Absent where nothing is to be tested. */
  readonly test?: TestRows;
}

export interface BaselineWork {
  readonly kind: 'baseline';
  readonly baseline: Baseline;
  /** Where the threshold is chosen. */
  readonly calibrate: Labelled;
  readonly horizonDays: number;
  /** Whether BG/NBD gives a probability of what is to be told; recency never does. */
  readonly isLikelihood: boolean;
  readonly seed: number;
  readonly test: TestRows;
}

export type Work = LearnWork | BaselineWork;

export interface Done {
  /** Absent for a baseline. */
  readonly learnt?: Learnt;
  readonly tested?: Tested;
  /** Of the test's rows, in their order. */
  readonly scores?: Float64Array;
  /** To train and to calibrate. */
  readonly seconds: number;
}

export type WorkMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  | { readonly kind: 'done'; readonly done: Done }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
