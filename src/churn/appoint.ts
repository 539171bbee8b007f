import { type Backtest, betterKinds, judgeRefit, type Verdict } from './compare.ts';
import type { Model, ModelKind, Undecided } from './model.ts';
import type { Stratum } from './strata.ts';

/** A model that could score customers, and how its recipe did on a day that it had not seen. */
export interface Candidate {
  readonly model: Undecided;
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
 * kind only when it has won by what both scored live, and its refit may score customers alone. Of several such kinds it is the one
 * that is sure to gain most. The first champion is the candidate with the least log loss. All others are challengers, and score beside it.
 * @param verdicts on the challengers' kinds; none where nobody has asked
 */
export function appoint(
  candidates: readonly Candidate[],
  { champion, challengers }: InForce,
  inForceFrom: number,
  verdicts: readonly Verdict[] = [],
): Appointment {
  const judged = candidates.map((candidate) => ({ candidate, against: objection(candidate, champion) }));
  const allowed = judged.filter(({ against }) => against === undefined).map(({ candidate }) => candidate);
  const ofKind = (kind: ModelKind) => allowed.filter(({ model }) => model.kind === kind);
  const [chosen] = champion === undefined ? byLoss(allowed) : [...betterKinds(verdicts), champion.kind].flatMap(ofKind);
  const current = judged.map(({ candidate: { model }, against = null }): Model => {
    // One that is trained again just as it was stays what it is.
    const stays = chosen === undefined && model.version === champion?.version;
    const role = model === chosen?.model || stays ? 'CHAMPION' : 'CHALLENGER';
    return { ...model, role, inForceFrom, objection: against };
  });
  const isNew = new Set(current.map(({ version }) => version));
  const replaced = [...(chosen === undefined ? [] : [champion ?? []].flat()), ...challengers];
  const retired = replaced
    .filter(({ version }) => !isNew.has(version))
    .map((model): Model => ({ ...model, role: 'RETIRED', inForceFrom }));
  return {
    models: [...current, ...retired],
    reasons: [
      why(chosen, champion, verdicts, judged.length),
      ...(champion === undefined
        ? []
        : decidedLines(champion.kind, verdicts, chosen?.model.kind ?? champion.kind, allowed)),
      ...objectionLines(current),
    ],
  };
}

/** What came of comparing challengers with a champion before anything is decided, a line for each. */
export function verdictLines(champion: ModelKind, verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map(({ kind, better, reason }) =>
    line(kind, better ? 'may take the place of' : 'does not take the place of', champion, reason),
  );
}

function decidedLines(
  champion: ModelKind,
  verdicts: readonly Verdict[],
  chosen: ModelKind,
  allowed: readonly Candidate[],
): readonly string[] {
  return verdicts.map(({ kind, better, reason }) => {
    if (kind === chosen) return line(kind, 'takes the place of', champion, reason);
    if (!better) return line(kind, 'does not take the place of', champion, reason);
    const why = allowed.some(({ model }) => model.kind === kind) ? `${chosen} gains more` : 'its refit is no champion';
    return line(kind, `was better, but as ${why} does not take the place of`, champion, reason);
  });
}

function line(kind: ModelKind, does: string, champion: ModelKind, reason: string): string {
  return `${kind} ${does} ${champion}: ${reason}`;
}

function objection(
  { model, backtest, uncalibrated: [largest, ...others] }: Candidate,
  champion: Model | undefined,
): string | undefined {
  const { live, reason } = judgeRefit(backtest);
  if (!live) return reason;
  const { until } = model.trainedOn;
  if (champion !== undefined && until < champion.trainedOn.until)
    return `it has learnt up to ${until} only, and the champion up to ${champion.trainedOn.until}`;
  if (largest === undefined) return undefined;
  const { trigger, purchases, tenure, rows, meanProbability, observed } = largest;
  const more = others.length === 0 ? '' : `; nor of ${others.length} other groups`;
  return `its probabilities do not hold everywhere: of ${rows} customers (${trigger.toLowerCase()}, ${purchases} days of purchase, ${tenure} days known) it says ${percent(meanProbability)} leave, and ${percent(observed)} did${more}`;
}

/** Which models may not score customers alone, and why, a line for each. */
export function objectionLines(models: readonly Pick<Model, 'kind' | 'version' | 'objection'>[]): readonly string[] {
  return models.flatMap(({ kind, version, objection }) =>
    objection === null ? [] : `${kind} ${version} is no champion: ${objection}`,
  );
}

function why(
  chosen: Candidate | undefined,
  champion: Model | undefined,
  verdicts: readonly Verdict[],
  candidates: number,
): string {
  if (chosen === undefined)
    return champion === undefined
      ? `no champion: none of ${candidates} models may score customers alone`
      : `champion stays ${champion.kind} ${champion.version}: a new ${champion.kind} may not take its place`;
  const { kind, version } = chosen.model;
  const name = `champion is ${kind} ${version}`;
  if (champion === undefined) return `${name}: the first one, with the least log loss in its backtest`;
  if (champion.kind !== kind)
    return `${name}: of another kind than ${champion.version}, and better at what both scored live`;
  const others = verdicts.length === 0 ? '; another kind would have to be better at what both score live' : '';
  return `${name}: ${judgeRefit(chosen.backtest).reason}${others}`;
}

function byLoss(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...candidates].sort((a, b) => a.backtest.logLoss - b.backtest.logLoss);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
