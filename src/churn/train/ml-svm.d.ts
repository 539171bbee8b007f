/** Types of the part of ml-svm that is used; the package has none. */
declare module 'ml-svm' {
  interface SvmOptions {
    readonly C: number;
    readonly tol: number;
    readonly maxPasses: number;
    readonly maxIterations: number;
    readonly kernel: 'linear';
    /** Scales columns to [0, 1]; NaN for one that does not vary. */
    readonly whitening: boolean;
    readonly random: () => number;
  }

  class Svm {
    constructor(options: SvmOptions);
    /** Of each column, with a linear kernel. */
    readonly W: readonly number[];
    readonly b: number;
    /** @throws Error when the iterations run out */
    train(features: readonly (readonly number[])[], labels: readonly (1 | -1)[]): void;
  }

  export = Svm;
}
