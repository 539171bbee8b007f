import { describe, expect, it } from 'vitest';
import { appoint, type Candidate } from './appoint.ts';
import type { Verdict } from './compare.ts';
import type { Model, ModelKind } from './model.ts';
import { silenceModel } from './models.testing.ts';
import type { Stratum } from './strata.ts';

const wrong: Stratum = {
  ...{ trigger: 'PURCHASE', purchases: '1', tenure: '0-29', rows: 900 },
  ...{ meanProbability: 0.23, observed: 0.5, verdict: 'uncalibrated' },
};

function candidate(kind: ModelKind, version: string, logLoss: number, over: Partial<Candidate> = {}): Candidate {
  const { role: _role, inForceFrom: _from, ...model } = silenceModel(version, { kind });
  const backtest = { auc: 0.84, aucActive180: 0.72, logLoss, recencyAuc: 0.83 };
  return { model, backtest, uncalibrated: [], ...over };
}

function rolesOf(models: readonly Model[]): Readonly<Record<string, string>> {
  return Object.fromEntries(models.map(({ version, role }) => [version, role]));
}

function verdict(kind: ModelKind, gain: number): Verdict {
  return { kind, better: gain > 0, gain, bound: gain, pValue: 0.01, reason: `gains ${gain}` };
}

const nobody = { champion: undefined, challengers: [] };
const logistic = candidate('logistic_regression', 'lr-2', 0.31);
const forest = candidate('random_forest', 'rf-2', 0.3);
const before = {
  champion: silenceModel('lr-1', { kind: 'logistic_regression' }),
  challengers: [silenceModel('rf-1', { kind: 'random_forest', role: 'CHALLENGER' })],
};

describe('models that were trained', () => {
  it('get their first champion by log loss, and the others score beside it', () => {
    const { models, reasons } = appoint([logistic, forest], nobody, 7);
    expect(rolesOf(models)).toEqual({ 'lr-2': 'CHALLENGER', 'rf-2': 'CHAMPION' });
    expect(models.map(({ inForceFrom }) => inForceFrom)).toEqual([7, 7]);
    expect(reasons).toEqual(['champion is random_forest rf-2: the first one, with the least log loss in its backtest']);
  });

  it('take the places of those of their kind, and of no other kind on a backtest', () => {
    expect(rolesOf(appoint([logistic, forest], before, 7).models)).toEqual({
      ...{ 'lr-2': 'CHAMPION', 'rf-2': 'CHALLENGER' },
      ...{ 'lr-1': 'RETIRED', 'rf-1': 'RETIRED' },
    });
  });

  it('leave a champion that is trained again just as it was, whatever there is against it', () => {
    const again = candidate('logistic_regression', 'lr-1', 0.31, { uncalibrated: [wrong] });
    const { models } = appoint([again, forest], before, 7);
    expect(rolesOf(models)).toEqual({ 'lr-1': 'CHAMPION', 'rf-2': 'CHALLENGER', 'rf-1': 'RETIRED' });
    expect(models[0]?.objection).toContain('its probabilities do not hold everywhere');
  });

  it('do not take the place of a champion that has learnt from later days', () => {
    const trainedOn = { positions: [], from: '2023-01-31', until: '2023-06-30', calibratedOn: null };
    const {
      role: _role,
      inForceFrom: _from,
      ...model
    } = silenceModel('old', { kind: 'logistic_regression', trainedOn });
    const { models, reasons } = appoint([{ ...logistic, model }], before, 7);
    expect(rolesOf(models)).toMatchObject({ old: 'CHALLENGER' });
    expect(reasons.at(-1)).toBe(
      'logistic_regression old is no champion: it has learnt up to 2023-06-30 only, and the champion up to 2024-06-30',
    );
  });

  it('change the kind when a challenger has won by what both scored live', () => {
    const { models, reasons } = appoint([logistic, forest], before, 7, [verdict('random_forest', 0.01)]);
    expect(rolesOf(models)).toEqual({
      ...{ 'lr-2': 'CHALLENGER', 'rf-2': 'CHAMPION' },
      ...{ 'lr-1': 'RETIRED', 'rf-1': 'RETIRED' },
    });
    expect(reasons).toEqual([
      'champion is random_forest rf-2: of another kind than lr-1, and better at what both scored live',
      'random_forest takes the place of logistic_regression: gains 0.01',
    ]);
  });

  it('keep the kind when no challenger has won, and say why of each', () => {
    const verdicts = [verdict('decision_tree', -0.02), verdict('random_forest', -0.01)];
    const { models, reasons } = appoint([logistic, forest], before, 7, verdicts);
    expect(rolesOf(models)).toMatchObject({ 'lr-2': 'CHAMPION', 'rf-2': 'CHALLENGER' });
    expect(reasons).toEqual([
      'champion is logistic_regression lr-2: a refit of the same kind, with an AUC of 0.8400 in its backtest against 0.8300 of recency alone',
      'decision_tree does not take the place of logistic_regression: gains -0.02',
      'random_forest does not take the place of logistic_regression: gains -0.01',
    ]);
  });

  it('take the best of several that have won, and the next one where its refit may not score alone', () => {
    const svc = candidate('linear_svc', 'svc-2', 0.32);
    const won = [verdict('linear_svc', 0.01), verdict('random_forest', 0.02)];
    const both = appoint([logistic, svc, forest], before, 7, won);
    expect(rolesOf(both.models)).toMatchObject({ 'rf-2': 'CHAMPION' });
    expect(both.reasons[1]).toBe(
      'linear_svc was better, but as random_forest gains more does not take the place of logistic_regression: gains 0.01',
    );
    const barred = { ...forest, uncalibrated: [wrong] };
    const { models, reasons } = appoint([logistic, svc, barred], before, 7, won);
    expect(rolesOf(models)).toMatchObject({ 'svc-2': 'CHAMPION', 'rf-2': 'CHALLENGER', 'lr-2': 'CHALLENGER' });
    expect(reasons.slice(1)).toEqual([
      'linear_svc takes the place of logistic_regression: gains 0.01',
      'random_forest was better, but as its refit is no champion does not take the place of logistic_regression: gains 0.02',
      expect.stringMatching(/^random_forest rf-2 is no champion: its probabilities do not hold everywhere/),
    ]);
  });

  it.each([
    [
      'recency alone is better',
      { backtest: { ...logistic.backtest, recencyAuc: 0.85 } },
      /below the 0\.8500 of recency/,
    ],
    [
      'probabilities do not hold at first purchases',
      { uncalibrated: [wrong] },
      /of 900 customers \(purchase, 1 days of purchase, 0-29 days known\) it says 23 % leave, and 50 % did/,
    ],
  ])('leave the champion where %s, and say so', (_, over, expected) => {
    const { models, reasons } = appoint([{ ...logistic, ...over }, forest], before, 7);
    expect(rolesOf(models)).toEqual({ 'lr-2': 'CHALLENGER', 'rf-2': 'CHALLENGER', 'rf-1': 'RETIRED' });
    expect(reasons).toEqual([
      'champion stays logistic_regression lr-1: a new logistic_regression may not take its place',
      expect.stringMatching(expected),
    ]);
  });

  it('are all challengers where none may score customers alone', () => {
    const { models, reasons } = appoint([candidate('decision_tree', 't', 0.3, { uncalibrated: [wrong] })], nobody, 7);
    expect(rolesOf(models)).toEqual({ t: 'CHALLENGER' });
    expect(reasons[0]).toBe('no champion: none of 1 models may score customers alone');
  });
});
