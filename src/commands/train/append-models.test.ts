import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { DAY } from '../../../datasets/civil.ts';
import { dayEnds } from '../../../datasets/day-end.ts';
import { silenceModel } from '../../churn/models.testing.ts';
import { tickCodec } from '../../engine/tick.ts';
import type { Appends } from '../../log/log.ts';
import { configOf } from '../command.ts';
import { openWorkplace, type Workplace } from '../workplace.ts';
import { appendModels, dayEndAfter } from './append-models.ts';
import { readModels } from './models-topic.ts';

const shop = 'demo';
const topic = 'demo.events';
const noon = Date.UTC(2024, 4, 14, 12);
const midnight = Date.UTC(2024, 4, 15);

interface Shop {
  readonly place: Workplace;
  tick(time: number, closed?: boolean): Promise<void>;
}

/** A log with two partitions of events, which only tick. */
async function openShop(): Promise<Shop> {
  const data = await mkdtemp(join(tmpdir(), 'ebb-append-models-'));
  const place = await openWorkplace(configOf({ data }));
  onTestFinished(async () => {
    await place[Symbol.asyncDispose]();
    await rm(data, { recursive: true });
  });
  await place.log.create([{ name: topic, partitions: 2, cleanup: 'delete' }]);
  const ticks = await tickCodec(place.registry, topic);
  return {
    place,
    async tick(time, closed = false) {
      const record = ticks.record({ writer: 'normalise', from: 0, of: 1, time, closed });
      await place.log.append([0, 1].map((partition) => ({ topic, partition, records: [record] })));
    },
  };
}

/** A log in which the shop's clock goes on while something is appended: by a day each, so many times. */
function hurrying({ place, tick }: Shop, days: number): Workplace {
  let ended = 0;
  const log = new Proxy(place.log, {
    get(target, name) {
      if (name !== 'append') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return async (appends: Appends) => {
        if (ended < days) await tick(noon + ++ended * DAY);
        await target.append(appends);
      };
    },
  });
  return { ...place, log };
}

const model = silenceModel('by-hand');
const signal = new AbortController().signal;

it.each([0, 1, 3])(
  'models hold from a day that has not ended when they are on the log, though %d days end meanwhile',
  async (days) => {
    const made = await openShop();
    await made.tick(noon);
    const place = hurrying(made, days);
    await appendModels({ place, shop, signal }, (inForceFrom) => ({ models: [{ ...model, inForceFrom }] }));
    const { records } = await readModels(made.place, shop);
    expect(records.map(({ inForceFrom }) => inForceFrom)).toEqual([midnight + days * DAY]);
  },
);

it('models hold from the end of the data where these have ended with a day, and later than all that was decided before', async () => {
  const { place, tick } = await openShop();
  await tick(midnight, true);
  const append = () =>
    appendModels({ place, shop, signal }, (inForceFrom) => ({ models: [{ ...model, inForceFrom }] }));
  expect((await append()).notes).toEqual([]);
  await append();
  const { records } = await readModels(place, shop);
  expect(records.map(({ inForceFrom }) => inForceFrom)).toEqual([midnight, midnight + 1]);
});

it('a day under way ends after the clock, before another day has passed', () => {
  const zones = fc.constantFrom('UTC', 'Pacific/Auckland', 'America/Los_Angeles', 'Pacific/Pago_Pago');
  fc.assert(
    fc.property(zones, fc.integer({ min: 0, max: 4e12 }), (zone, watermark) => {
      const endOf = dayEnds([zone]);
      const end = dayEndAfter({ watermark, closed: false }, endOf);
      expect(end).toBeGreaterThan(watermark);
      expect(end - watermark).toBeLessThanOrEqual(DAY + 3_600_000);
      expect(dayEndAfter({ watermark: end, closed: true }, endOf)).toBe(end);
      expect(dayEndAfter({ watermark: end, closed: false }, endOf)).toBeGreaterThan(end);
    }),
  );
});
