import { describe, expect, it } from 'vitest';
import { appendPurchases } from './contract-shop.ts';
import { newFolder, shopIn } from './contract-start.ts';
import { readRange } from './reading.ts';

const at = { topic: 'demo.events', partition: 1 };
const never = new AbortController().signal;

describe('reading a range again', () => {
  it('gives the records of its offsets, without ticks, in however many batches they are', async () => {
    await using shop = await shopIn(await newFolder());
    await appendPurchases(shop, 0, 9);
    await appendPurchases(shop, 9, 18);
    // Ticks at 0, 4, 6 and 9.
    const range = await readRange(shop.log, at, 1, 7, never);
    expect(range).toMatchObject({ first: 1, next: 8 });
    expect(range?.records.map(({ offset }) => offset)).toEqual([1, 2, 3, 5, 7]);
  });

  it('gives nothing when told to stop', async () => {
    await using shop = await shopIn(await newFolder());
    await appendPurchases(shop, 0, 9);
    expect(await readRange(shop.log, at, 0, 3, AbortSignal.abort())).toBeUndefined();
  });

  it('refuses a range that reaches beyond the end of the log', async () => {
    await using shop = await shopIn(await newFolder());
    await appendPurchases(shop, 0, 9);
    await expect(readRange(shop.log, at, 0, 50, never)).rejects.toMatchObject({ code: 'REFUSED' });
  });
});
