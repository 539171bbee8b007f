/** Types of the part of ml-cart that is used; the package has none. */
declare module 'ml-cart' {
  export interface CartOptions {
    readonly gainFunction: 'gini';
    readonly maxDepth: number;
    /** A node with no more rows is a leaf. */
    readonly minNumSamples: number;
    /** A split gains more than this. */
    readonly gainThreshold: number;
  }

  /** Inner nodes have both children. */
  export interface CartNode {
    readonly splitColumn?: number;
    /** A row goes left when its value is below. */
    readonly splitValue?: number;
    readonly left?: CartNode;
    readonly right?: CartNode;
  }

  export class DecisionTreeClassifier {
    constructor(options: CartOptions);
    readonly root: CartNode;
    train(features: readonly (readonly number[])[], labels: readonly number[]): void;
  }
}
