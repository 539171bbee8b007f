import type { ChurnModel, ModelCalibration } from '../../schemas/generated.ts';
import type { Calibration, Model, Parameters } from './model.ts';

/** A model as the topic of models carries it: the same numbers, to the last bit. */
export function recordOf(model: Model): ChurnModel {
  const { parameters, calibration, ...rest } = model;
  return {
    ...rest,
    linear: parameters.form === 'linear' ? parameters : null,
    trees: parameters.form === 'trees' ? parameters : null,
    calibration: { slope: null, offset: null, raw: [], probability: [], ...calibration },
  };
}

/** @throws RangeError for a record that holds no model */
export function modelOf({ linear, trees, calibration, ...rest }: ChurnModel): Model {
  return {
    ...rest,
    parameters: parametersOf({ linear, trees }, rest.version),
    calibration: calibrationOf(calibration),
  };
}

function parametersOf({ linear, trees }: Pick<ChurnModel, 'linear' | 'trees'>, version: string): Parameters {
  if (linear !== null) return { form: 'linear', ...linear };
  if (trees !== null) return { form: 'trees', ...trees };
  throw new RangeError(`model ${version} has no parameters: neither linear ones nor trees`);
}

function calibrationOf({ kind, slope, offset, raw, probability }: ModelCalibration): Calibration {
  switch (kind) {
    case 'none':
      return { kind };
    case 'platt':
      return { kind, slope: slope ?? 1, offset: offset ?? 0 };
    case 'isotonic':
      return { kind, raw, probability };
  }
}
