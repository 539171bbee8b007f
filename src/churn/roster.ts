import { DAY } from '../../datasets/civil.ts';
import type { ChurnModel } from '../../schemas/generated.ts';
import { explainerOf } from './contributions.ts';
import { FEATURES, type FeatureName, featureNames } from './features.ts';
import type { Model } from './model.ts';
import { modelOf } from './model-record.ts';
import { type Reason, reasonsOf } from './reasons.ts';
import { scorerOf } from './scorer.ts';

/** A model made ready to score features as `featuresAt` writes them. */
export interface Deployed {
  readonly model: Model;
  /** Probability of churn. Allocates nothing. */
  score(features: Float64Array): number;
  /** Of the same features, the greatest first. */
  reasons(features: Float64Array): readonly Reason[];
}

/** The models in force at a moment. */
export interface Roster {
  readonly champion: Deployed | undefined;
  /** By version. */
  readonly challengers: readonly Deployed[];
}

export interface Rosters {
  /**
   * @param watermark of whoever asks, ms: of what was in force long before, nothing is known any more, and nobody is in force
   * @throws RangeError for a model that asks for a feature which this code does not know
   */
  at(time: number, watermark?: number): Roster;
  /** A model by its version, in whatever role. */
  named(version: string): Deployed | undefined;
}

/** Records of the topic of models, whatever their keys; `changes` differs whenever they do. */
export interface ModelRecords {
  readonly latest: ReadonlyMap<string, ChurnModel>;
  readonly changes: number;
}

/**
 * ms for which a model can be asked for when it is no longer in force. The newest score of a customer is a month old at most, and may
 * be explained; what comes later than that is not scored in retrospect.
 */
const REMEMBERED = 62 * DAY;

const NOBODY: Roster = { champion: undefined, challengers: [] };

/** Models that are kept ready at a time: those in force, and some of before for whoever explains older scores. */
const KEPT = 12;

/**
 * Who is in force when. Of each version the newest record counts. The champion is the one that was made so last; a champion
 * that a later one has displaced without a word is not in force. Ties go to the greater version.
 */
export function rosters(models: ModelRecords): Rosters {
  /** Laid out once for a version, the least recently used first. */
  const ready = new Map<string, Deployed>();
  let changes = -1;
  let roster = NOBODY;
  /** The span in which `roster` holds. */
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;

  function deployed(record: ChurnModel): Deployed {
    const { version } = record;
    const known = ready.get(version) ?? deploy(modelOf(record));
    ready.delete(version);
    ready.set(version, known);
    const [oldest] = ready.keys();
    if (ready.size > KEPT && oldest !== undefined) ready.delete(oldest);
    return known;
  }

  function refresh(time: number): void {
    changes = models.changes;
    from = Number.NEGATIVE_INFINITY;
    until = Number.POSITIVE_INFINITY;
    for (const { inForceFrom } of models.latest.values()) {
      if (inForceFrom > time) until = Math.min(until, inForceFrom);
      else from = Math.max(from, inForceFrom);
    }
    const all = [...newestAt(models.latest, time).values()].sort(byVersion);
    const champion = all.filter(({ role }) => role === 'CHAMPION').reduce(later, undefined);
    roster = {
      champion: champion === undefined ? undefined : deployed(champion),
      challengers: all.filter(({ role }) => role === 'CHALLENGER').map(deployed),
    };
  }

  return {
    at(time, watermark = Number.NEGATIVE_INFINITY) {
      if (time < watermark - REMEMBERED) return NOBODY;
      if (changes !== models.changes || time < from || time >= until) refresh(time);
      return roster;
    },
    named(version) {
      const known = ready.get(version);
      if (known !== undefined) return known;
      for (const record of models.latest.values()) if (record.version === version) return deployed(record);
      return undefined;
    },
  };
}

/** Keys of the records that nobody asks for any more who asks with this watermark, ms. */
export function outOfForce(latest: ModelRecords['latest'], watermark: number): readonly string[] {
  const time = watermark - REMEMBERED;
  const newest = newestAt(latest, time);
  return [...latest].flatMap(([key, record]) => {
    const known = newest.get(record.version);
    const isPast = record.inForceFrom <= time && (record !== known || record.role === 'RETIRED');
    return isPast ? [key] : [];
  });
}

/** Of each version the newest record that holds from then or before. */
function newestAt(latest: ModelRecords['latest'], time: number): ReadonlyMap<string, ChurnModel> {
  const newest = new Map<string, ChurnModel>();
  for (const record of latest.values()) {
    if (record.inForceFrom > time) continue;
    const known = newest.get(record.version);
    if (known === undefined || known.inForceFrom < record.inForceFrom) newest.set(record.version, record);
  }
  return newest;
}

function byVersion(a: ChurnModel, b: ChurnModel): number {
  return a.version < b.version ? -1 : 1;
}

function later(a: ChurnModel | undefined, b: ChurnModel): ChurnModel {
  return a === undefined || b.inForceFrom >= a.inForceFrom ? b : a;
}

function deploy(model: Model): Deployed {
  const { columns, version } = model;
  const scorer = scorerOf(model);
  let explainer: ReturnType<typeof explainerOf> | undefined;
  const places = columns.map((column) => featureNames.indexOf(column as FeatureName));
  const unknown = columns.find((_, index) => places[index] === -1);
  if (unknown !== undefined)
    throw new RangeError(
      `model ${version} asks for the feature ${unknown}, which this version of Ebb does not compute: retire the model, or run the Ebb that trained it`,
    );
  const isWhole = columns.length === FEATURES && places.every((place, index) => place === index);
  const own = new Float64Array(columns.length);
  const seen = (features: Float64Array): Float64Array => {
    if (isWhole) return features;
    for (let index = 0; index < own.length; index++) own[index] = features[places[index] ?? 0] ?? 0;
    return own;
  };
  return {
    model,
    score: (features) => scorer.score(seen(features), 0),
    reasons(features) {
      explainer ??= explainerOf(model);
      return reasonsOf(explainer, columns, seen(features), 0);
    },
  };
}
