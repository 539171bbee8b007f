import type { Command } from 'commander';
import { type InForce, verdictLines } from '../churn/appoint.ts';
import type { Verdict } from '../churn/compare.ts';
import type { Model } from '../churn/model.ts';
import { configOf, withCommon } from './command.ts';
import { compareText, listText, newestOf } from './models-text.ts';
import { topicsOfShop } from './shops.ts';
import { dim, moment, yellow } from './terminal.ts';
import { appendModels } from './train/append-models.ts';
import { liveVerdicts } from './train/live-verdicts.ts';
import { inForceAt, type ModelsOnLog, modelNamed, readModels } from './train/models-topic.ts';
import { otherKinds } from './train/scheduled-verdicts.ts';
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
    flags.json === true ? JSON.stringify(newestOf(known.models)) : listText(known.models, known.inForce, known.shop),
  ).addHelpText(
    'after',
    '\nExamples:\n  ebb models --shop online-retail\n  ebb models list --shop online-retail --json',
  );
  add(
    models.command('compare').argument('[version...]'),
    'versions side by side, those in force unless others are named; and whether challengers were better than the champion at what both scored live',
    async (known, flags, versions) => {
      const { champion, challengers } = known.inForce;
      const inForce = [champion ?? [], challengers].flat();
      const all = versions.length === 0 ? inForce : versions.map((version) => named(known, version));
      const verdicts = await verdictsOn(known);
      if (flags.json === true)
        return JSON.stringify({ models: all.map(({ parameters: _, ...rest }) => rest), verdicts });
      return `${compareText(all)}\n\n${liveText(known, verdicts)}`;
    },
  ).addHelpText(
    'after',
    '\nExamples:\n  ebb models compare --shop online-retail\n  ebb models compare 2011-06-30.9fc12ab3 2011-06-30.51ab9c44 --shop online-retail',
  );
  add(
    models
      .command('promote')
      .argument('<version>')
      .option(
        '--force',
        'also when it may not score customers alone, or has not been better than the champion at what both scored live',
      ),
    'has a model score the customers: of another kind, if it was better at what both scored live',
    async (known, flags, [version = '']) => {
      const model = named(known, version);
      const lines = flags.force === true ? [] : await betterLive(known, model);
      const text = await changed(known, model, flags);
      return flags.json === true ? text : [...lines, text].join('\n');
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

/** On all challengers' kinds, and those of other models, since what one is asked of many is not as sure of each. */
async function verdictsOn(
  { place, shop, inForce: { champion, challengers } }: Known,
  others: readonly Model[] = [],
): Promise<readonly Verdict[]> {
  if (champion === undefined) return [];
  const kinds = otherKinds(champion.kind, [...challengers, ...others]);
  return kinds.length === 0 ? [] : await liveVerdicts(place, shop, champion.kind, kinds);
}

/** A refit of the champion's kind was judged when it was trained, as was whether a model may score customers alone. @returns what was found, for people @throws ModelsError */
async function betterLive(known: Known, model: Model): Promise<readonly string[]> {
  const { champion } = known.inForce;
  if (model.objection !== null)
    throw new ModelsError(
      `${model.kind} ${model.version} may not score customers alone: ${model.objection}. --force promotes it all the same`,
    );
  if (champion === undefined || champion.kind === model.kind) return [];
  const verdicts = await verdictsOn(known, [model]);
  const lines = verdictLines(champion.kind, verdicts);
  if (verdicts.some(({ kind, better }) => better && kind === model.kind)) return lines;
  throw new ModelsError(
    `${model.kind} ${model.version} does not take the place of ${champion.kind} ${champion.version}; --force promotes it all the same. By what both scored live:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

function liveText({ inForce: { champion } }: Known, verdicts: readonly Verdict[]): string {
  if (champion === undefined || verdicts.length === 0)
    return dim('No model of another kind scores customers beside a champion: backtests decide.', process.stdout);
  return ['By what both scored live:', ...verdictLines(champion.kind, verdicts)].join('\n');
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

/** Makes a model champion, in place of the one that is. */
async function changed(
  { place, shop, inForce: { champion } }: Known,
  model: Model,
  { json }: ModelsFlags,
): Promise<string> {
  if (champion?.version === model.version)
    throw new ModelsError(`${model.version} is the champion already: nothing was changed`);
  await refuseUnderReset(place.log, shop);
  const retired = champion === undefined ? [] : [{ ...champion, role: 'RETIRED' as const }];
  const by = { place, shop, signal: new AbortController().signal };
  const { made, notes } = await appendModels(by, (inForceFrom) => ({
    inForceFrom,
    models: [{ ...model, role: 'CHAMPION' as const }, ...retired].map((one) => ({ ...one, inForceFrom })),
  }));
  const { inForceFrom } = made;
  if (json === true)
    return JSON.stringify({ champion: model.version, inForceFrom, before: champion?.version ?? null, notes });
  const instead = champion === undefined ? '' : `, in place of ${champion.kind} ${champion.version}`;
  const said = `${model.kind} ${model.version} scores the customers of shop ${shop} from ${moment(inForceFrom)} on${instead}.`;
  return [said, ...notes.map((note) => yellow(note, process.stdout))].join('\n');
}
