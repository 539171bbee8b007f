import { type Command, InvalidArgumentError } from 'commander';
import { planOffers } from '../churn/offer-plan.ts';
import { openCandidates } from './churn/candidates.ts';
import { planCsv, planJson, planText } from './churn/plan-text.ts';
import { configOf, wholeNumber, withCommon } from './command.ts';
import { openWorkplace } from './workplace.ts';

interface PlanFlags {
  readonly budget: number;
  readonly offerCost: number;
  readonly margin: number;
  readonly saveRate: number;
  readonly holdout: number;
  readonly seed: number;
  readonly currency?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

export function churnCommand(program: Command): void {
  const churn = program.command('churn').description('what to do about customers who are likely to leave');
  withCommon(churn.command('plan'), { shop: 'demo' })
    .description('whom an offer is expected to pay for, the best first, within a budget')
    .requiredOption('--budget <money>', 'the most that offers may be expected to cost together', amount)
    .requiredOption('--offer-cost <money>', 'what an offer costs when it is redeemed', amount)
    .requiredOption('--margin <share>', 'share of what a customer spends that is earned, such as 30%', share)
    .requiredOption(
      '--save-rate <share>',
      'of those who would leave, who stay because of the offer, such as 10%',
      share,
    )
    .option('--holdout <share>', 'of the customers chosen, who get no offer, to measure against', share, 0.1)
    .option('--seed <n>', 'the same seed holds out the same customers', wholeNumber, 1)
    .option('--currency <code>', 'where customers pay in several: of these, such as EUR')
    .option('--csv', 'print all customers of the plan as CSV')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      '\nMoney is in units of the currency. An offer is expected to gain p·S·V − C·(1 − p·(1 − S)): probability of churn, save rate, margin\ntimes expected spend, cost. Who has not bought within 180 days gets none. That somebody is likely to leave does not say that an\noffer keeps them (correlation, not uplift): the holdout tells.\n\nExamples:\n  ebb churn plan --budget 500 --offer-cost 5 --margin 30% --save-rate 10%\n  ebb churn plan --budget 500 --offer-cost 5 --margin 30% --save-rate 10% --holdout 20% --csv > offers.csv',
    )
    .action(async (flags: PlanFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const { currency, margin, offerCost: cost, saveRate, budget, holdout, seed } = flags;
      const known = await openCandidates(place, shop, margin, currency);
      const options = { cost, saveRate, budget, holdout, seed };
      const made = { shop, ...known, terms: { ...options, margin }, plan: planOffers(known.candidates, options) };
      if (flags.csv === true) process.stdout.write(planCsv(made));
      else console.log(flags.json === true ? planJson(made) : planText(made));
    });
}

/** `12.50`. @throws InvalidArgumentError */
function amount(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0)) throw new InvalidArgumentError('an amount of money above 0 is needed, such as 12.50.');
  return value;
}

/** `10%` or `.1`. @throws InvalidArgumentError */
function share(text: string): number {
  const found = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text);
  const value = found === null ? Number.NaN : Number(found[1]) / (found[2] === '%' ? 100 : 1);
  if (!(value >= 0 && value <= 1))
    throw new InvalidArgumentError('a share is needed, from 0 to 100%, such as 10% or 0.1.');
  return value;
}
