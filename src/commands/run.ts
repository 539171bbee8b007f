import type { Command } from 'commander';
import { configOf, untilSignalled, withCommon } from './command.ts';
import { observing, withObserving } from './observing.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { topicsOfShop } from './shops.ts';
import { statusText } from './status.ts';
import { summarise, summaryText } from './summary.ts';
import { bold, type Live, liveRegion } from './terminal.ts';
import { refuseUnderReset } from './under-reset.ts';
import { openWorkplace } from './workplace.ts';

interface RunFlags {
  readonly untilCaughtUp?: boolean;
  readonly sinks: boolean;
  readonly json?: boolean;
}

export function runCommand(program: Command): void {
  withObserving(withCommon(program.command('run'), { shop: 'demo' }))
    .description('run topologies and sinks of a shop')
    .argument('[topology...]', 'names; all that the shop has inputs for when none is given')
    .option('--until-caught-up', 'end when everything in the log has been processed, with a summary')
    .option('--no-sinks', 'run topologies only, and leave tables and files to another process')
    .option('--commit-interval <ms>', 'ms between commits while data flow (default 100)')
    .option(
      '--idle <seconds>',
      "seconds after which an outsider's idle partition gets a tick from its siblings; 0: never (default 30)",
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb run --shop online-retail --until-caught-up\n  ebb run category-partials category-metrics --no-sinks',
    )
    .action(async (only: readonly string[], flags: RunFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      const started = performance.now();
      await using place = await openWorkplace(config, 'existing');
      const names = await topicsOfShop(place.log, shop);
      const live = names.some((name) => name.startsWith('synthetic.'));
      await refuseUnderReset(place.log, shop);
      const stopped = untilSignalled();
      const finished = new AbortController();
      const show = liveRegion();
      await observing({ config, shop, command: 'run', live: show }, async (observer) => {
        const pipeline = await startPipeline({
          place,
          shop,
          only,
          sinks: flags.sinks,
          signal: AbortSignal.any([stopped, finished.signal]),
          onEvent: observer.onEvent,
          ...(flags.untilCaughtUp === true ? { linger: 200 } : {}),
        });
        observer.watch(pipeline);
        await shown(show, shop, pipeline, async () => {
          try {
            await (flags.untilCaughtUp === true
              ? Promise.race([pipeline.caughtUp(stopped), pipeline.done])
              : pipeline.done);
          } finally {
            finished.abort();
            await Promise.allSettled([pipeline.done]);
          }
          await pipeline.done;
        });
      });
      if (!flags.sinks) return;
      const summary = summarise(place.paths.tables, shop);
      const seconds = (performance.now() - started) / 1000;
      console.log(
        flags.json === true
          ? JSON.stringify({ shop, ...summary, seconds })
          : `\nShop ${bold(shop, process.stdout)}\n${summaryText(summary, { seconds, live })}`,
      );
    });
}

/** Shows what the pipeline does while `work` goes on. */
async function shown(live: Live, shop: string, { status }: Pipeline, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const timer = setInterval(() => live.show(statusText(shop, status(), performance.now() - started)), 250);
  try {
    await work();
  } finally {
    clearInterval(timer);
    live.done();
  }
}
