import { DAY } from '../datasets/civil.ts';
import type { Event } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { dayOf } from '../src/churn/history.ts';
import type { Model } from '../src/churn/model.ts';
import { recordOf } from '../src/churn/model-record.ts';
import type { TestDriver } from '../src/engine/testing.ts';
import { BEGINNING } from '../src/engine/tick.ts';
import { event } from './event.testing.ts';

/** A purchase at noon UTC of that day. */
export function bought(date: string, over: Partial<Event> = {}): Event {
  return event({ time: midnight(date) + DAY / 2, localDate: date, ...over });
}

/** Midnight UTC that begins the date. */
export function midnight(date: string): number {
  return dayOf(date) * DAY;
}

/** Models as their trainer writes them: each after a tick that tells of its moment, and then the end of its work. */
export function train(driver: TestDriver, ...models: readonly Model[]): void {
  driver.tick(topics.models, BEGINNING);
  for (const model of [...models].sort((a, b) => a.inForceFrom - b.inForceFrom)) {
    driver.tick(topics.models, model.inForceFrom);
    driver.send(topics.models, recordOf(model));
  }
  driver.close(topics.models, Date.UTC(2030, 0));
}
