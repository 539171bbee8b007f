import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '../../../schemas/topics.ts';
import type { TopologyStatus } from '../../engine/status.ts';
import { BEGINNING } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Log } from '../../log/log.ts';
import { moment } from '../terminal.ts';
import { trainerGroup } from './models-topic.ts';

export interface WaitingForModels {
  readonly log: Log;
  readonly shop: string;
  status(): readonly TopologyStatus[];
  readonly signal: AbortSignal;
}

/** ms between looks, and how many of them in a row: who is about to train has joined its group by then. */
const LOOK_EVERY = 500;
const LOOKS = 8;

/**
 * Resolves when topologies have waited for some seconds for trainings that are due, and no process lives that does them: with
 * what they wait for and what to do. With nothing when `signal` aborts. @throws LogError
 */
export async function nobodyTrains({ log, shop, status, signal }: WaitingForModels): Promise<string | undefined> {
  const models = physicalName(shop, topics.models.name);
  for (let looks = 0; !signal.aborted; ) {
    const tasks = status().flatMap(({ topology, tasks }) => tasks.map(({ held }) => ({ topology, held })));
    const waiting = tasks.find(({ held }) => held?.topic === models);
    const inVain = waiting !== undefined && !(await log.members()).has(trainerGroup(shop));
    looks = inVain ? looks + 1 : 0;
    if (inVain && looks >= LOOKS) return textOf(waiting.topology, waiting.held?.known ?? BEGINNING, shop);
    await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

function textOf(topology: string, known: number, shop: string): string {
  const far = known > BEGINNING ? `from ${moment(known + 1)} on` : 'at all';
  return `${topology} waits for trainings that are due: which models hold ${far} is not decided, and nobody trains. \`ebb run --shop ${shop}\` trains (with --until-caught-up: and ends), \`ebb run --shop ${shop} --no-training\` has nobody wait`;
}
