import type { Command } from 'commander';
import { configOf, withCommon } from './command.ts';
import { plain } from './plain.ts';
import { whatIsKnown } from './score/known.ts';
import { knownText } from './score/text.ts';
import { openWorkplace } from './workplace.ts';

export function scoreCommand(program: Command): void {
  withCommon(program.command('score'), { shop: 'demo' })
    .description('how likely a customer is to churn, why, what was predicted before, and what is known of them')
    .argument('<customer>', 'their id, as in the data')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb score 17850 --shop online-retail\n  ebb score 17850 --shop online-retail --json\n  ebb tail churn-scores --shop online-retail\n  ebb query "select customer_id, band, expected_loss from churn_scores order by expected_loss desc limit 20"',
    )
    .action(async (customer: string, flags: { readonly json?: boolean }) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const known = await whatIsKnown(place, shop, customer);
      console.log(flags.json === true ? JSON.stringify(known, plain) : knownText(known));
    });
}
