import { type Backtest, judgeRefit } from './compare.ts';
import type { Model, ModelKind } from './model.ts';
import type { Stratum } from './strata.ts';

/** A model that could score customers, and how its recipe did on a day that it had not seen. */
export interface Candidate {
  readonly model: Omit<Model, 'role' | 'inForceFrom'>;
  readonly backtest: Backtest;
  /** Where its probabilities do not hold. */
  readonly uncalibrated: readonly Stratum[];
}

/** The models that a shop has. */
export interface InForce {
  readonly champion: Model | undefined;
  readonly challengers: readonly Model[];
}

export interface Appointment {
  /** To be appended: all candidates in their roles, and those that they take the place of as retired. */
  readonly models: readonly Model[];
  /** Why they are what they are, for people. */
  readonly reasons: readonly string[];
}

/**
 * Who scores the customers from a moment on. A refit takes the place of a champion of its kind when its backtest allows it; another
 * kind only when `challenger` has won by what both scored live. The first champion is the candidate with the least log loss. All
 * others are challengers, and score beside it.
 */
export function appoint(
  candidates: readonly Candidate[],
  { champion, challengers }: InForce,
  inForceFrom: number,
  challenger?: ModelKind,
): Appointment {
  const judged = candidates.map((candidate) => ({ candidate, against: objection(candidate) }));
  const allowed = judged.filter(({ against }) => against === undefined).map(({ candidate }) => candidate);
  const kind = challenger ?? champion?.kind ?? leastLoss(allowed)?.model.kind;
  const chosen = allowed.find(({ model }) => model.kind === kind);
  const as = (model: Omit<Model, 'role' | 'inForceFrom'>, role: Model['role']): Model => ({
    ...model,
    role,
    inForceFrom,
  });
  const current = candidates.map(({ model }) => as(model, model === chosen?.model ? 'CHAMPION' : 'CHALLENGER'));
  const isNew = new Set(current.map(({ version }) => version));
  const replaced = [...(chosen === undefined ? [] : [champion ?? []].flat()), ...challengers];
  const retired = replaced.filter(({ version }) => !isNew.has(version)).map((model) => as(model, 'RETIRED'));
  return { models: [...current, ...retired], reasons: [why(chosen, champion, kind, judged), ...objections(judged)] };
}

type Judged = { readonly candidate: Candidate; readonly against: string | undefined };

function objection({ backtest, uncalibrated: [worst] }: Candidate): string | undefined {
  const { live, reason } = judgeRefit(backtest);
  if (!live) return reason;
  if (worst === undefined) return undefined;
  const { trigger, purchases, tenure, rows, meanProbability, observed } = worst;
  return `its probabilities do not hold everywhere: of ${rows} customers (${trigger.toLowerCase()}, ${purchases} days of purchase, ${tenure} days known) it says ${percent(meanProbability)} leave, and ${percent(observed)} did`;
}

function objections(judged: readonly Judged[]): readonly string[] {
  return judged.flatMap(({ candidate: { model }, against }) =>
    against === undefined ? [] : `${model.kind} ${model.version} is no champion: ${against}`,
  );
}

function why(
  chosen: Candidate | undefined,
  champion: Model | undefined,
  kind: ModelKind | undefined,
  judged: readonly Judged[],
): string {
  if (chosen === undefined)
    return champion === undefined
      ? `no champion: none of ${judged.length} models may score customers alone`
      : `champion stays ${champion.kind} ${champion.version}: a new ${kind} may not take its place`;
  const { kind: own, version } = chosen.model;
  const name = `champion is ${own} ${version}`;
  if (champion === undefined) return `${name}: the first one, with the least log loss in its backtest`;
  if (champion.kind !== own) return `${name}: of another kind, and better at what both scored live`;
  return `${name}: ${judgeRefit(chosen.backtest).reason}; another kind would have to be better at what both score live`;
}

function leastLoss(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) => a.backtest.logLoss - b.backtest.logLoss)[0];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
