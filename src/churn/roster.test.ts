import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../datasets/civil.ts';
import type { ChurnModel } from '../../schemas/generated.ts';
import { featureNames } from './features.ts';
import type { Model } from './model.ts';
import { recordOf } from './model-record.ts';
import { silenceModel, treeModel } from './models.testing.ts';
import { outOfForce, type Roster, rosters } from './roster.ts';

/** What the topic of models holds. */
function topicOf(...models: readonly Model[]) {
  const latest = new Map<string, ChurnModel>();
  const records = { latest, changes: 0, add };
  function add(model: Model): void {
    latest.set(`${model.version}/${model.inForceFrom}`, recordOf(model));
    records.changes++;
  }
  for (const model of models) add(model);
  return records;
}

const named = ({ champion, challengers }: Roster): string =>
  [champion?.model.version ?? 'nobody', ...challengers.map(({ model }) => model.version)].join(' ');

describe('the models in force', () => {
  it('are those whose time has come', () => {
    const { at } = rosters(topicOf(silenceModel('a', { inForceFrom: 10 }), silenceModel('b', { inForceFrom: 20 })));
    expect([9, 10, 19, 20, 9].map((time) => named(at(time)))).toEqual(['nobody', 'a', 'a', 'b', 'nobody']);
  });

  it('are one champion and any number of challengers', () => {
    const roster = rosters(
      topicOf(
        silenceModel('c', { role: 'CHALLENGER' }),
        silenceModel('a'),
        treeModel('b', { role: 'CHALLENGER' }),
        treeModel('d', { role: 'RETIRED' }),
      ),
    ).at(0);
    expect(named(roster)).toBe('a b c');
  });

  it('change when a challenger is promoted, and when that is rolled back', () => {
    const records = topicOf(silenceModel('a'), treeModel('b', { role: 'CHALLENGER' }));
    const { at } = rosters(records);
    expect(named(at(50))).toBe('a b');
    records.add(treeModel('b', { inForceFrom: 30 }));
    records.add(silenceModel('a', { role: 'CHALLENGER', inForceFrom: 30 }));
    expect(named(at(50))).toBe('b a');
    records.add(silenceModel('a', { inForceFrom: 60 }));
    records.add(treeModel('b', { role: 'RETIRED', inForceFrom: 60 }));
    expect([29, 59, 60].map((time) => named(at(time)))).toEqual(['a b', 'b a', 'a']);
  });

  it('do not include a champion that a later one has displaced', () => {
    const { at } = rosters(topicOf(silenceModel('a'), silenceModel('b', { inForceFrom: 1 })));
    expect(named(at(1))).toBe('b');
  });

  it('are laid out for scoring once, whatever their role', () => {
    const records = topicOf(silenceModel('a', { role: 'CHALLENGER' }), silenceModel('a', { inForceFrom: 10 }));
    const { at, named: find } = rosters(records);
    const [challenger] = at(0).challengers;
    expect(at(10).champion).toBe(challenger);
    expect(find('a')).toBe(challenger);
    expect(find('nobody')).toBeUndefined();
  });

  it('score a model that sees some of the features only, in an order of its own', () => {
    const features = Float64Array.from(featureNames, (_, index) => index + 1);
    const whole = silenceModel('a');
    if (whole.parameters.form !== 'linear') throw new Error('linear');
    const { scaler, weights } = whole.parameters;
    const some = silenceModel('b', {
      columns: ['frequency', 'recency'],
      parameters: {
        ...whole.parameters,
        scaler: [scaler[1], scaler[0]].flatMap((one) => one ?? []),
        weights: [weights[1] ?? 0, weights[0] ?? 0],
      },
    });
    const scoreOf = (model: Model) => rosters(topicOf(model)).at(0).champion?.score(features);
    expect(scoreOf(some)).toBeCloseTo(scoreOf(whole) ?? Number.NaN, 12);
  });

  it('are the same for whoever forgets those that are out of force as time goes by', () => {
    const day = fc.integer({ min: 0, max: 1000 });
    const role = fc.constantFrom('CHAMPION' as const, 'CHALLENGER' as const, 'RETIRED' as const);
    const changes = fc.array(fc.record({ version: fc.constantFrom('a', 'b', 'c', 'd'), role, day }), { maxLength: 30 });
    fc.assert(
      fc.property(changes, fc.array(day, { maxLength: 12 }), fc.integer({ min: -70, max: 40 }), (made, asked, off) => {
        const models = made.map(({ version, role, day: from }) =>
          silenceModel(version, { role, inForceFrom: from * DAY }),
        );
        const [all, some] = [topicOf(...models), topicOf(...models)];
        const [ofAll, ofSome] = [rosters(all), rosters(some)];
        for (const now of asked.sort((a, b) => a - b)) {
          for (const key of outOfForce(some.latest, now * DAY)) some.latest.delete(key);
          const time = (now + off) * DAY;
          expect(named(ofSome.at(time, now * DAY))).toBe(named(ofAll.at(time, now * DAY)));
        }
      }),
    );
  });

  it('are all that is kept in the long run, beside those of a few months', () => {
    const records = topicOf();
    for (let quarter = 0; quarter < 40; quarter++) {
      const inForceFrom = quarter * 91 * DAY;
      records.add(silenceModel(`m${quarter}`, { inForceFrom }));
      if (quarter > 0) records.add(silenceModel(`m${quarter - 1}`, { role: 'RETIRED', inForceFrom }));
      for (const key of outOfForce(records.latest, inForceFrom)) records.latest.delete(key);
      expect(records.latest.size).toBeLessThanOrEqual(4);
    }
  });

  it('are nobody, of before what is remembered', () => {
    const { at } = rosters(topicOf(silenceModel('a')));
    expect([100, 37].map((day) => named(at(day * DAY, 100 * DAY)))).toEqual(['a', 'nobody']);
  });

  it('cannot be asked for what this code does not compute', () => {
    const { at } = rosters(topicOf(treeModel('future', { columns: ['moods'], inForceFrom: 5 })));
    expect(() => at(5)).toThrow('model future asks for the feature moods');
  });
});
