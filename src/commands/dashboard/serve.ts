import { randomBytes } from 'node:crypto';
import { type Intake, openIntake } from '../../../connectors/sources/posted/intake.ts';
import type { Api } from '../../dashboard/api.ts';
import { customersRoutes } from '../../dashboard/customers-routes.ts';
import { deadRoutes } from '../../dashboard/dead-routes.ts';
import { eventsRoute } from '../../dashboard/events-route.ts';
import { generatorRoute } from '../../dashboard/generator-route.ts';
import { isOwnMachine } from '../../dashboard/guard.ts';
import { metricsRoute } from '../../dashboard/metrics-route.ts';
import { panelRoutes } from '../../dashboard/panel-routes.ts';
import { pipelineRoutes } from '../../dashboard/pipeline-routes.ts';
import { scoreStream } from '../../dashboard/score-stream.ts';
import { scoresRoutes } from '../../dashboard/scores-routes.ts';
import { openServer, type Server, ServerAddressError } from '../../dashboard/server.ts';
import { storyRoutes } from '../../dashboard/story-routes.ts';
import { traceRoutes } from '../../dashboard/trace-routes.ts';
import type { Log } from '../../operations/logger.ts';
import { openPipelineState } from '../live/pipeline-state.ts';
import { recordStory } from '../live/record-story.ts';
import { watchShop } from '../live/watch-shop.ts';
import { trace } from '../trace/trace-from.ts';
import { version } from '../version.ts';
import type { Workplace } from '../workplace.ts';
import { deadLetters } from './dead-letters.ts';
import { madeUpSales } from './made-up-sales.ts';
import { pipelineState, scoresTopic } from './on-log.ts';

export interface ServeOptions {
  readonly place: Workplace;
  readonly shop: string;
  /** Told of defects. */
  readonly onError: (error: unknown, request: string) => void;
}

export interface Dashboard extends Server {
  /** Made for this run, as there was none and others than this machine can reach the server: to be shown once. */
  readonly madeToken: string | undefined;
}

/** Bytes of a token that is made. */
const TOKEN_BYTES = 24;

/** Serves a shop's dashboard and API as the configuration says. @throws ServerAddressError */
export async function serveDashboard({ place, shop, onError }: ServeOptions): Promise<Dashboard> {
  const { host, port, hosts: names, dashboardToken } = place.config;
  const madeToken =
    dashboardToken === undefined && !isOwnMachine(place.config)
      ? randomBytes(TOKEN_BYTES).toString('base64url')
      : undefined;
  const token = dashboardToken ?? madeToken;
  const about = { title: `Ebb: shop ${shop}`, version };
  await using opened = new AsyncDisposableStack();
  const intake = opened.use(await intakeOf(place, shop, (error) => onError(error, 'posted events')));
  const watched = opened.use(
    await watchShop(place.config, shop, (what, error) => onError(error, `${what} of shop ${shop}`)),
  );
  const routes = (api: Api): void => {
    panelRoutes(api, watched.panels, watched.run);
    storyRoutes(api, watched.askOfCustomer);
    traceRoutes(api, async (eventId) => recordStory(await trace(place, shop, eventId)));
    pipelineRoutes(api, { look: openPipelineState(place, shop, Date.now), refused: watched.refused });
    deadRoutes(api, deadLetters(place, shop, api.signal));
    scoresRoutes(api, watched.ask);
    scoreStream(api, { log: place.log, registry: place.registry, topic: () => scoresTopic(place, shop) });
    customersRoutes(api, watched.ask, watched.askOfCustomer);
    metricsRoute(api, watched.ask, () => pipelineState(place, shop));
    eventsRoute(api, intake);
    generatorRoute(api, madeUpSales, Date.now);
  };
  const server = opened.use(await openServer({ host, port, names, token, about, routes, onError, now: Date.now }));
  const all = opened.move();
  return { url: server.url, madeToken, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function intakeOf(
  { log, registry, config }: Workplace,
  shop: string,
  onError: (error: unknown) => void,
): Promise<Intake> {
  const { partitions, commitInterval, idle } = config;
  const quiet = idle > 0 ? idle * 1000 : undefined;
  return openIntake({ log, registry, shop, partitions, commitInterval, idle: quiet, now: Date.now, onError });
}

/** The same beside other work, which goes on without it when it cannot listen: that is logged, as where it is. */
export async function dashboardBeside(
  place: Workplace,
  shop: string,
  log: Log,
  say: (line: string) => void,
): Promise<Dashboard | undefined> {
  const onError = (error: unknown, request: string): void => {
    log('error', `${request}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
      event: 'request-failed',
    });
  };
  try {
    const dashboard = await serveDashboard({ place, shop, onError });
    const { url, madeToken } = dashboard;
    log('info', `dashboard on ${url}`, { event: 'dashboard', url });
    if (madeToken !== undefined) say(`dashboard on ${addressText(dashboard)}`);
    return dashboard;
  } catch (error) {
    if (!(error instanceof ServerAddressError)) throw error;
    log('warn', `${error.message}. All else goes on without it`, { event: 'no-dashboard' });
    return undefined;
  }
}

/** Where to look, for people. A token goes behind `#`, where no server and no log sees it. */
export function addressText({ url, madeToken }: Pick<Dashboard, 'url' | 'madeToken'>): string {
  return madeToken === undefined
    ? url
    : `${url}/#token=${madeToken} (shown once; EBB_DASHBOARD_TOKEN sets one that stays)`;
}
