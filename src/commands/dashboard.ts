import { once } from 'node:events';
import type { Command } from 'commander';
import { configOf, untilSignalled, withCommon } from './command.ts';
import { bold } from './terminal.ts';
import { openWorkplace } from './workplace.ts';

/** Adds where the dashboard is served. */
export function withAddress(command: Command): Command {
  return command
    .option('--port <n>', 'port of the dashboard and the API; 0: any that is free (default 7070)')
    .option('--host <address>', 'address to listen on; elsewhere than on 127.0.0.1, the default, a token is needed');
}

export function dashboardCommand(program: Command): void {
  withAddress(withCommon(program.command('dashboard'), { shop: 'demo' }))
    .description('a shop’s dashboard in the browser, and its API for programs, until it is stopped')
    .option('--json', 'print where it is as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb dashboard --shop online-retail\n  ebb dashboard --port 0 --json\n  EBB_DASHBOARD_TOKEN=… ebb dashboard --host 0.0.0.0',
    )
    .action(async (flags: { readonly json?: boolean }) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config);
      const stop = untilSignalled();
      // Its server is slow to load, and other commands have no use for it.
      const { addressText, serveDashboard } = await import('./dashboard/serve.ts');
      const onError = (error: unknown, request: string): void => console.error(`ebb: ${request}:`, error);
      await using dashboard = await serveDashboard({ place, shop, onError });
      const { url, madeToken: token } = dashboard;
      console.log(
        flags.json === true
          ? JSON.stringify({ shop, url, token })
          : `Shop ${bold(shop, process.stdout)} is on ${addressText(dashboard)}\nCtrl-C ends it.`,
      );
      if (!stop.aborted) await once(stop, 'abort');
    });
}
