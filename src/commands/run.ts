import type { Command } from 'commander';
import { configOf, withCommon, workerCount } from './command.ts';
import { withObserving } from './observing.ts';
import { type RunWork, runHere } from './run-here.ts';
import { runAsWorker } from './run-worker.ts';
import { runWorkers } from './run-workers.ts';
import { topicsOfShop } from './shops.ts';
import { summarise, summaryText } from './summary.ts';
import { bold } from './terminal.ts';
import { refuseUnderReset } from './under-reset.ts';
import { workerNumber } from './worker-messages.ts';
import { openWorkplace } from './workplace.ts';

interface RunFlags {
  readonly untilCaughtUp?: boolean;
  readonly sinks: boolean;
  readonly workers?: number;
  readonly json?: boolean;
}

export function runCommand(program: Command): void {
  withObserving(withCommon(program.command('run'), { shop: 'demo' }))
    .description('run topologies and sinks of a shop')
    .argument('[topology...]', 'names; all that the shop has inputs for when none is given')
    .option('--until-caught-up', 'end when everything in the log has been processed, with a summary')
    .option('--no-sinks', 'run topologies only, and leave tables and files to another process')
    .option('--no-training', 'train no models, neither here nor elsewhere: scores go on with those that are there')
    .option('--workers <n>', 'share the work between so many processes, and keep them running', workerCount)
    .option('--commit-interval <ms>', 'ms between commits while data flow (default 100)')
    .option(
      '--idle <seconds>',
      "seconds after which an outsider's idle partition gets a tick from its siblings; 0: never (default 30)",
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb run --shop online-retail --until-caught-up\n  ebb run --workers 4 --metrics 9464\n  ebb run category-partials category-metrics --no-sinks',
    )
    .action(async (only: readonly string[], flags: RunFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      const started = performance.now();
      await using place = await openWorkplace(config, 'existing');
      const names = await topicsOfShop(place.log, shop);
      const live = names.some((name) => name.startsWith('synthetic.'));
      await refuseUnderReset(place.log, shop);
      const untilCaughtUp = flags.untilCaughtUp === true;
      const work: RunWork = { config, place, shop, only, sinks: flags.sinks, untilCaughtUp };
      const worker = workerNumber();
      if (worker !== undefined) return await runAsWorker(worker, work);
      await (flags.workers === undefined ? runHere(work) : runWorkers(work, flags.workers));
      if (!flags.sinks) return;
      const summary = await summarise(config, shop);
      const seconds = (performance.now() - started) / 1000;
      console.log(
        flags.json === true
          ? JSON.stringify({ shop, ...summary, seconds })
          : `\nShop ${bold(shop, process.stdout)}\n${summaryText(summary, { seconds, live })}`,
      );
    });
}
