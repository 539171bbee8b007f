import type { Command } from 'commander';
import { configOf, withCommon } from './command.ts';
import { plain } from './plain.ts';
import { traceText } from './trace/text.ts';
import { trace } from './trace/trace-from.ts';
import { openWorkplace } from './workplace.ts';

export function traceCommand(program: Command): void {
  withCommon(program.command('trace'), { shop: 'demo' })
    .description('where a record went: what came in, its event, all that it is part of, or where it ended and why')
    .argument('<event>', 'id of the event, as in the topic events and the table ecommerce_events')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when nothing is known of the id.\n\nExamples:\n  ebb trace shop-1-2-3 --shop demo\n  ebb trace online-retail-2f8a01c3d4e5-17 --shop online-retail --json\n  ebb query "select event_id from ecommerce_events limit 3"',
    )
    .action(async (eventId: string, flags: { readonly json?: boolean }) => {
      const config = configOf({ ...flags });
      await using place = await openWorkplace(config, 'existing');
      const found = await trace(place, config.shop ?? 'demo', eventId);
      if (found.outcome === 'unknown' && found.raw.length === 0) process.exitCode = 1;
      console.log(flags.json === true ? JSON.stringify(found, plain) : traceText(found));
    });
}
