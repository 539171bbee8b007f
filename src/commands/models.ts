import type { Command } from 'commander';
import type { ChurnModel } from '../../schemas/generated.ts';
import type { InForce } from '../churn/appoint.ts';
import { HORIZON_DAYS } from '../churn/examples.ts';
import type { Model } from '../churn/model.ts';
import { configOf, withCommon } from './command.ts';
import { topicsOfShop } from './shops.ts';
import { dim, moment, table } from './terminal.ts';
import { liveVerdict } from './train/live-challenge.ts';
import { inForceAt, type ModelsOnLog, modelNamed, openModelsWriter, readModels } from './train/models-topic.ts';
import { openExamples } from './train/open-examples.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

export class ModelsError extends Error {
  override readonly name = 'ModelsError';
}

interface ModelsFlags {
  readonly json?: boolean;
  readonly force?: boolean;
}

interface Known {
  readonly place: Workplace;
  readonly shop: string;
  readonly models: ModelsOnLog;
  readonly inForce: InForce;
}

export function modelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('the churn models of a shop: which is in force, since when, and how good it is');
  add(models.command('list', { isDefault: true }), 'all of them, the newest first', (known, flags) =>
    flags.json === true ? JSON.stringify(newestOf(known.models)) : listText(known),
  ).addHelpText(
    'after',
    '\nExamples:\n  ebb models --shop online-retail\n  ebb models list --shop online-retail --json',
  );
  add(
    models.command('compare').argument('<a>').argument('<b>'),
    'two of them, side by side',
    async (known, flags, [a = '', b = '']) => {
      const both = [a, b].map((version) => named(known, version));
      if (flags.json === true) return JSON.stringify(both.map(({ parameters: _, ...rest }) => rest));
      return `${compareText(both)}\n\n${await liveText(known, both)}`;
    },
  ).addHelpText(
    'after',
    '\nExamples:\n  ebb models compare 2011-06-30.9fc12ab3 2011-06-30.51ab9c44 --shop online-retail',
  );
  add(
    models
      .command('promote')
      .argument('<version>')
      .option('--force', 'also when it has not been better than the champion at what both scored live'),
    'has a model score the customers: of another kind, if it was better at what both scored live',
    async (known, flags, [version = '']) => {
      const model = named(known, version);
      if (flags.force !== true) await refuseUnlessBetter(known, model);
      return changed(known, model, flags);
    },
  ).addHelpText('after', '\nExamples:\n  ebb models promote 2011-06-30.51ab9c44 --shop online-retail');
  add(
    models.command('rollback'),
    'has the champion before the last one score the customers again',
    async (known, flags) => changed(known, before(known), flags),
  ).addHelpText('after', '\nExamples:\n  ebb models rollback --shop online-retail');
}

function add(
  command: Command,
  description: string,
  action: (known: Known, flags: ModelsFlags, args: readonly string[]) => string | Promise<string>,
): Command {
  return withCommon(command, { shop: 'demo' })
    .description(description)
    .option('--json', 'as JSON')
    .action(async () => {
      const flags: ModelsFlags = command.opts();
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      await topicsOfShop(place.log, shop);
      const models = await readModels(place, shop);
      if (models.records.length === 0)
        throw new ModelsError(`shop ${shop} has no models yet: \`ebb train --shop ${shop}\` trains some`);
      const inForce = inForceAt(models, Number.POSITIVE_INFINITY);
      console.log(await action({ place, shop, models, inForce }, flags, command.args));
    });
}

/** @throws ModelsError with the versions there are */
function named({ models, shop }: Known, version: string): Model {
  const found = modelNamed(models, version);
  if (found !== undefined) return found;
  const versions = [...new Set(models.records.map((record) => record.version))];
  throw new ModelsError(`shop ${shop} has no model ${version}: there are ${versions.join(', ')}`);
}

/** A refit of the champion's kind is judged when it is trained. @throws ModelsError */
async function refuseUnlessBetter({ place, shop, inForce: { champion } }: Known, model: Model): Promise<void> {
  if (champion === undefined || champion.kind === model.kind) return;
  const { better, reason } = await liveVerdict(place, shop, champion.kind, model.kind);
  if (better) return;
  throw new ModelsError(
    `${model.kind} ${model.version} does not take the place of ${champion.kind} ${champion.version}: ${reason}. --force promotes it all the same`,
  );
}

async function liveText({ place, shop }: Known, [a, b]: readonly Model[]): Promise<string> {
  if (a === undefined || b === undefined || a.kind === b.kind)
    return dim('Of one kind: their backtests decide.', process.stdout);
  const { reason } = await liveVerdict(place, shop, a.kind, b.kind);
  return `${b.kind} in place of ${a.kind}, by what both scored live: ${reason}.`;
}

/** The last champion that is not the one in force. @throws ModelsError */
function before({ models, shop, inForce: { champion } }: Known): Model {
  const record = models.records.findLast(({ role, version }) => role === 'CHAMPION' && version !== champion?.version);
  const model = record === undefined ? undefined : modelNamed(models, record.version);
  if (model !== undefined) return model;
  throw new ModelsError(
    `shop ${shop} has had no other champion${champion === undefined ? '' : ` than ${champion.version}`}: nothing to go back to`,
  );
}

/** Makes a model champion from the end of the day that is under way, in place of the one that is. */
async function changed(
  { place, shop, models, inForce: { champion } }: Known,
  model: Model,
  { json }: ModelsFlags,
): Promise<string> {
  if (champion?.version === model.version)
    throw new ModelsError(`${model.version} is the champion already: nothing was changed`);
  await refuseUnderReset(place.log, shop);
  const options = { shop, asked: {}, horizonDays: HORIZON_DAYS, signal: new AbortController().signal };
  const { dayEnd } = await openExamples(place, options);
  const inForceFrom = Math.max(dayEnd, (models.records.at(-1)?.inForceFrom ?? 0) + 1);
  const next: Model = { ...model, role: 'CHAMPION', inForceFrom };
  const retired = champion === undefined ? [] : [{ ...champion, role: 'RETIRED' as const, inForceFrom }];
  const writer = await openModelsWriter(place, shop);
  await place.log.append(writer.models([next, ...retired]));
  if (json === true) return JSON.stringify({ champion: next.version, inForceFrom, before: champion?.version ?? null });
  return `${next.kind} ${next.version} scores the customers of shop ${shop} from ${moment(inForceFrom)} on${champion === undefined ? '' : `, in place of ${champion.kind} ${champion.version}`}.`;
}

/** Of each version its newest record, the newest first, without its parameters. */
function newestOf({ records }: ModelsOnLog) {
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

function listText({ models, shop }: Known): string {
  const rows = newestOf(models).map((model) => [
    model.role,
    model.kind,
    model.version,
    moment(model.inForceFrom),
    `${model.trainedOn.from} to ${model.trainedOn.until}`,
    ...metricsOf(model),
  ]);
  const header = ['role', 'model', 'version', 'since', 'learnt from', 'AUC', 'active', 'Brier', 'cal. error'];
  return `${table(header, rows)}\n\n${dim(`Roles change at these moments of event time. \`ebb models promote VERSION --shop ${shop}\` changes the champion.`, process.stdout)}`;
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

function compareText(models: readonly Model[]): string {
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
