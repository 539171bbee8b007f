import type { Engine, Examples, Fitted, ModelKind, Parameters } from '../model.ts';

/**
 * An engine: fits a model, uncalibrated. It computes until it is done, so it belongs in a worker thread.
 * The same examples, options and engine give the same model.
 * @throws {TrainingError}
 */
export type Trainer = (kind: ModelKind, examples: Examples, options: TrainOptions) => Fitted;

export interface TrainOptions {
  /** An integer; what every random number comes from. */
  readonly seed: number;
  /** Told after every iteration or tree, on the trainer's thread. What it throws ends the training. */
  readonly onProgress?: (progress: Progress) => void;
  /** Looked at just after that. Once aborted, the trainer throws its reason. */
  readonly signal?: AbortSignal;
}

/** Fits the parameters of each kind of model. @throws {TrainingError} */
export type Trainers = Readonly<Record<ModelKind, (examples: Examples, options: TrainOptions) => Parameters>>;

export function engineOf(engine: Engine, trainers: Trainers): Trainer {
  return (kind, examples, options) => ({
    kind,
    engine,
    columns: examples.columns,
    parameters: trainers[kind](examples, options),
    calibration: { kind: 'none' },
    seed: options.seed,
    rows: examples.labels.length,
  });
}

export interface Progress {
  readonly done: number;
  /** At most; trainers that converge end sooner. */
  readonly of: number;
}

export function advance({ onProgress, signal }: TrainOptions, done: number, of: number): void {
  onProgress?.({ done, of });
  signal?.throwIfAborted();
}

export type TrainingErrorCode =
  /** No examples, or too few for what was asked. */
  | 'NO_EXAMPLES'
  /** All have the same label. */
  | 'ONE_CLASS'
  /** Lengths that do not fit, a feature or weight that is not finite, a weight that is not positive, a label beside 0 and 1. */
  | 'BAD_EXAMPLES'
  /** The numbers ran away. */
  | 'NOT_CONVERGED';

/** Nothing was trained; models that are in force stay so. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  readonly code: TrainingErrorCode;

  constructor(code: TrainingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
