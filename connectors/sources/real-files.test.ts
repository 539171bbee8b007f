import { createHash, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasets } from '../../datasets/load.ts';
import { isRejection, rowToEvent } from '../../datasets/row-to-event.ts';
import type { Event } from '../../schemas/generated.ts';
import { openSource } from './open.ts';
import { rawRows } from './raw-rows.ts';

const folder = resolve(process.env.EBB_DATASETS ?? '../shared/datasets');
const missing = !existsSync(join(folder, 'cdnow_master.txt'));

interface Totals {
  rows: number;
  readonly kinds: Record<string, number>;
  readonly rejected: Record<string, number>;
  purchased: number;
  zeros: number;
  readonly buyers: Set<string>;
  readonly customers: Set<string>;
  /** Over every event, in order. */
  digest: string;
}

async function read(file: string, dataset: string): Promise<Totals> {
  const descriptor = datasets.get(dataset);
  if (descriptor === undefined) throw new Error(`no dataset ${dataset}`);
  const source = await openSource(join(folder, file), descriptor, { now: Date.now, random: Math.random });
  const toEvent = rowToEvent(descriptor);
  const totals: Totals = {
    rows: 0,
    kinds: {},
    rejected: {},
    purchased: 0,
    zeros: 0,
    buyers: new Set(),
    customers: new Set(),
    digest: '',
  };
  const digest = createHash('sha1');
  const toRaw = rawRows(descriptor, 'f', source.columns);
  for await (const batch of source.read({ signal: new AbortController().signal })) {
    for (const row of batch.rows) {
      totals.rows++;
      const event = toEvent(toRaw(row));
      if (isRejection(event)) totals.rejected[event.code] = (totals.rejected[event.code] ?? 0) + 1;
      else count(totals, event, digest);
    }
  }
  return { ...totals, digest: digest.digest('hex') };
}

function count(totals: Totals, event: Event, digest: Hash): void {
  totals.kinds[event.kind] = (totals.kinds[event.kind] ?? 0) + 1;
  if (event.customerId !== null) totals.customers.add(event.customerId);
  const { eventId, customerId, orderId, product, country, time, localHour, quantity, unitPrice, amount } = event;
  digest.update(
    `${eventId},${customerId},${orderId},${product},${country},${time},${localHour},${quantity},${unitPrice},${amount}\n`,
  );
  if (event.kind !== 'PURCHASE') return;
  totals.purchased += event.amount;
  if (event.amount === 0) totals.zeros++;
  if (event.customerId !== null) totals.buyers.add(event.customerId);
}

describe.skipIf(missing)(`the real files (EBB_DATASETS, now ${folder})`, () => {
  it('cdnow: every row is a purchase', async () => {
    const totals = await read('cdnow_master.txt', 'cdnow');
    expect(totals).toMatchObject({ rows: 69_659, kinds: { PURCHASE: 69_659 }, rejected: {}, zeros: 80 });
    expect(totals.buyers.size).toBe(23_570);
    expect(totals.purchased).toBe(250_031_563);
  });

  it('online-retail: the same from CSV and Parquet', { timeout: 60_000 }, async () => {
    const csv = await read('uci_online_retail.csv.gz', 'online-retail');
    expect(csv).toMatchObject({
      rows: 541_909,
      kinds: { PURCHASE: 530_103, RETURN: 9_288 },
      rejected: { ADJUSTMENT: 3, NON_POSITIVE_PRICE: 1_179, NEGATIVE_QUANTITY_WITHOUT_CANCELLATION: 1_336 },
      purchased: 1_065_562_248,
    });
    expect(csv.buyers.size).toBe(4_338);
    expect(await read('uci_online_retail.parquet', 'online-retail')).toEqual(csv);
  });

  it('rees46: views, carts and purchases, and the truncated last line refused', async () => {
    const totals = await read('rees46_2019_oct_head.csv', 'rees46');
    expect(totals).toMatchObject({
      rows: 17_435,
      kinds: { VIEW: 17_055, CART: 165, PURCHASE: 214 },
      rejected: { MALFORMED_ROW: 1 },
      purchased: 5_944_263,
    });
  });

  it('kaggle-ecommerce: one purchase a row', async () => {
    const totals = await read('kaggle_ecommerce_customer_head10000.csv', 'kaggle-ecommerce');
    expect(totals).toMatchObject({ rows: 10_000, kinds: { PURCHASE: 10_000 }, rejected: {}, purchased: 2_715_058_500 });
    expect(totals.customers.size).toBe(9_083);
  });
});
