import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ChurnModel, churnModelSchema } from '../../schemas/generated.ts';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { openSerde } from '../avro/serde.ts';
import type { Model } from './model.ts';
import { modelOf, recordOf } from './model-record.ts';
import { silenceModel, treeModel } from './models.testing.ts';

const serde = await openSerde<ChurnModel>(memoryRegistry(), 'test.models-value', churnModelSchema);
const overTheLog = (model: Model): Model => modelOf(serde.decode(serde.encode(recordOf(model))));
const doubles = fc.array(fc.double(), { maxLength: 20 });
const ints = fc.array(fc.integer({ min: -1, max: 100_000 }), { maxLength: 20 });

it('a model comes back from the log as it went in, to the last bit', () => {
  fc.assert(
    fc.property(doubles, ints, fc.double(), fc.maxSafeNat(), (numbers, places, one, seed) => {
      const linear = silenceModel('a', { seed, calibration: { kind: 'platt', slope: one, offset: -one } });
      expect(overTheLog(linear)).toEqual(linear);
      const trees = treeModel('b', {
        role: 'CHALLENGER',
        parameters: {
          form: 'trees',
          ...{ roots: places, feature: places, left: places, right: places, threshold: numbers, value: numbers },
        },
        calibration: { kind: 'isotonic', raw: numbers, probability: numbers },
      });
      expect(overTheLog(trees)).toEqual(trees);
    }),
  );
});

it('a model keeps what it was trained and tested on', () => {
  const model = silenceModel('a', {
    trainedOn: {
      positions: [{ topic: 'demo.churn-examples', partition: 3, offset: 12_345 }],
      from: '2024-01-31',
      until: '2024-06-30',
      calibratedOn: '2024-07-31',
    },
    evaluation: {
      ...{ version: 'before', testedOn: '2024-10-31', rows: 500, auc: 0.84, aucActive180: null, brier: 0.09 },
      ...{ logLoss: 0.3, calibrationError: 0.01, threshold: 0.5 },
    },
  });
  expect(overTheLog(model)).toEqual(model);
});

it('a record without parameters is no model, and says which', () => {
  expect(() => modelOf({ ...recordOf(silenceModel('broken')), linear: null })).toThrow(
    'model broken has no parameters',
  );
});
