import type { ChurnModel } from '../../schemas/generated.ts';
import { type InForce, objectionLines } from '../churn/appoint.ts';
import type { Model } from '../churn/model.ts';
import { dim, moment, table, yellow } from './terminal.ts';
import type { ModelsOnLog } from './train/models-topic.ts';

/** Of each version its newest record, the newest first, without its parameters. */
export function newestOf({ records }: ModelsOnLog) {
  const byVersion = new Map<string, ChurnModel>();
  for (const record of records) byVersion.set(record.version, record);
  return [...byVersion.values()].sort((a, b) => b.inForceFrom - a.inForceFrom || rank(a) - rank(b)).map(summaryOf);
}

function rank({ role }: Pick<ChurnModel, 'role'>): number {
  return ['CHAMPION', 'CHALLENGER', 'RETIRED'].indexOf(role);
}

function summaryOf({ linear: _linear, trees: _trees, calibration, ...rest }: ChurnModel) {
  return { ...rest, calibration: calibration.kind };
}

export function listText(models: ModelsOnLog, { champion, challengers }: InForce, shop: string): string {
  const rows = newestOf(models).map((model) => [
    model.role,
    model.kind,
    model.version,
    moment(model.inForceFrom),
    `${model.trainedOn.from} to ${model.trainedOn.until}`,
    ...metricsOf(model),
  ]);
  const header = ['role', 'model', 'version', 'since', 'learnt from', 'AUC', 'active', 'Brier', 'cal. error'];
  const notes = [
    ...(champion === undefined
      ? [yellow('No champion: customers are UNSCORED until a model may score them alone.', process.stdout)]
      : []),
    ...(champion?.objection == null
      ? []
      : [`${champion.kind} ${champion.version} was made champion although ${champion.objection}.`]),
    ...objectionLines(challengers),
  ];
  return [
    table(header, rows),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
    dim(
      `Roles change at these moments of event time. \`ebb models promote VERSION --shop ${shop}\` changes the champion.`,
      process.stdout,
    ),
  ].join('\n');
}

function metricsOf({ evaluation }: Pick<Model, 'evaluation'>): readonly string[] {
  const text = (value: number | null | undefined, digits = 3) =>
    value === null || value === undefined ? '–' : value.toFixed(digits);
  return [
    text(evaluation?.auc),
    text(evaluation?.aucActive180),
    text(evaluation?.brier, 4),
    text(evaluation?.calibrationError),
  ];
}

export function compareText(models: readonly Model[]): string {
  const lines: readonly (readonly [string, (model: Model) => string])[] = [
    ['model', ({ kind }) => kind],
    ['role', ({ role }) => role],
    ['since', ({ inForceFrom }) => moment(inForceFrom)],
    ['engine', ({ engine }) => engine],
    ['learnt from', ({ trainedOn: { from, until } }) => `${from} to ${until}`],
    ['rows', ({ rows }) => String(rows)],
    ['calibrated', ({ calibration, trainedOn }) => `${calibration.kind}, ${trainedOn.calibratedOn ?? '–'}`],
    ['tested on', ({ evaluation }) => evaluation?.testedOn ?? '–'],
    ...['AUC', 'active', 'Brier', 'cal. error'].map(
      (name, index) => [name, (model: Model) => metricsOf(model)[index] ?? '–'] as const,
    ),
  ];
  return table(
    ['', ...models.map(({ version }) => version)],
    lines.map(([name, of]) => [name, ...models.map(of)]),
  );
}
