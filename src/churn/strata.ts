/** Matured rows of one model, as it scored them live. */
export interface StratifiedRows {
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
  /** What each was scored for. */
  readonly triggers: readonly string[];
  /** Days of purchase by then. */
  readonly frequency: Float64Array;
  /** Days since the first purchase. */
  readonly tenure: Float64Array;
}

export interface Stratum {
  readonly trigger: string;
  readonly purchases: '1' | '2-3' | '4+';
  /** Days. */
  readonly tenure: '0-29' | '30-89' | '90+';
  readonly rows: number;
  readonly meanProbability: number;
  readonly observed: number;
  /** `few`: not enough rows to say. */
  readonly verdict: 'calibrated' | 'uncalibrated' | 'few';
}

const ENOUGH = 500;
const TOLERANCE = 0.1;

/**
 * Whether probabilities hold where they are used: a model can be right on average and wrong for everybody's first purchase. A
 * champion's mean probability is within .10 of the share that churned in every stratum of 500 rows or more.
 * @returns strata that have rows, the largest first
 */
export function strataOf(rows: StratifiedRows): readonly Stratum[] {
  const groups = Map.groupBy(rows.labels.keys(), (row) =>
    [rows.triggers[row], purchasesOf(rows.frequency[row] ?? 0), tenureOf(rows.tenure[row] ?? 0)].join(' '),
  );
  return [...groups.values()].map((group) => stratumOf(rows, group)).sort((one, other) => other.rows - one.rows);
}

/** Strata in which the model is not to be relied on; of a champion there are none. */
export function uncalibratedStrata(rows: StratifiedRows): readonly Stratum[] {
  return strataOf(rows).filter(({ verdict }) => verdict === 'uncalibrated');
}

function stratumOf(
  { probabilities, labels, triggers, frequency, tenure }: StratifiedRows,
  group: readonly number[],
): Stratum {
  const mean = (of: { readonly [row: number]: number }) =>
    group.reduce((sum, row) => sum + (of[row] ?? 0), 0) / group.length;
  const [first = 0] = group;
  const meanProbability = mean(probabilities);
  const observed = mean(labels);
  const holds = Math.abs(meanProbability - observed) <= TOLERANCE;
  return {
    trigger: triggers[first] ?? '',
    purchases: purchasesOf(frequency[first] ?? 0),
    tenure: tenureOf(tenure[first] ?? 0),
    rows: group.length,
    meanProbability,
    observed,
    verdict: group.length < ENOUGH ? 'few' : holds ? 'calibrated' : 'uncalibrated',
  };
}

function purchasesOf(frequency: number): Stratum['purchases'] {
  if (frequency <= 1) return '1';
  return frequency <= 3 ? '2-3' : '4+';
}

function tenureOf(tenure: number): Stratum['tenure'] {
  if (tenure < 30) return '0-29';
  return tenure < 90 ? '30-89' : '90+';
}
