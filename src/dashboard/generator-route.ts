import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type SyntheticTransaction, syntheticTransactionSchema } from '../../schemas/generated.ts';
import type { Api } from './api.ts';
import { zodOfRecord } from './avro-zod.ts';
import { shapeOf } from './shape.ts';

/** Made-up sales in order of time; those of one rate and one moment are the same for everybody. */
export type MadeUpSales = (rate: number, from: number) => { readonly head: SyntheticTransaction; take(): void };

const message = shapeOf(zodOfRecord(syntheticTransactionSchema), 'output');
const query = shapeOf(
  z.strictObject({ rate: z.coerce.number().int().min(1).max(1_000).default(10).describe('Sales a second.') }),
);

/** ms between two looks at the clock. */
const GRAIN = 50;
/** Bytes that a slow reader may have before it is waited for: then sales come late, and none is left out. */
const AHEAD = 1 << 20;

/** `WebSocket /api/generator` @param now wall clock, ms */
export function generatorRoute(api: Api, sales: MadeUpSales, now: () => number): void {
  api.socket(
    {
      path: '/api/generator',
      summary: 'A WebSocket of made-up sales',
      description:
        'Each text message is one sale as JSON, as schemas/synthetic-transaction.avsc has it, sent when it happens: `timestamp` is the wall clock, in ms, and money is in cents. A transactionId never comes twice with different sales at the same rate, so what a reader misses while it is away is missing, and what two readers get is the same. Messages to the server are not read.',
      query,
      gives: { type: 'application/json', description: 'One message.', schema: message.schema },
    },
    async (socket, { rate }, signal) => {
      const feed = sales(rate, now());
      while (!signal.aborted) {
        const wall = now();
        while (feed.head.timestamp <= wall && socket.bufferedAmount < AHEAD) {
          socket.send(JSON.stringify(feed.head));
          feed.take();
        }
        await sleep(GRAIN, undefined, { signal }).catch(() => {});
      }
    },
  );
}
