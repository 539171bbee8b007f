import { z } from 'zod';
import { modelMetricSchema } from '../../schemas/generated.ts';
import type { Api } from './api.ts';
import { zodOfRecord } from './avro-zod.ts';
import { fromRow } from './from-row.ts';
import type { Ask } from './scores-routes.ts';
import { shapeOf } from './shape.ts';

const pipeline = z.strictObject({
  waitsFor: z.string().nullable().describe('Why the log gives nothing for now; null while it does.'),
  topics: z.array(
    z.strictObject({
      name: z.string().describe('Within the shop.'),
      partitions: z.int(),
      records: z.int().describe('Offsets in use, ticks included: after compaction some hold nothing.'),
    }),
  ),
  groups: z.array(
    z.strictObject({
      name: z.string(),
      lag: z.int().describe('Records, and ticks, that it has not read.'),
      members: z.array(z.string()).describe('Processes that read for it now.'),
    }),
  ),
});

/** How a shop's topologies and sinks are doing, as the log knows it. */
export type PipelineState = z.output<typeof pipeline>;

const answer = shapeOf(
  z.strictObject({
    pipeline,
    models: z
      .array(zodOfRecord(modelMetricSchema))
      .describe('How models, and baselines beside them, did live: the newest month first.'),
  }),
  'output',
);
const metric = fromRow(modelMetricSchema);

/** `GET /api/metrics` */
export function metricsRoute(api: Api, ask: Ask, stateOf: () => Promise<PipelineState>): void {
  api.get(
    { path: '/api/metrics', summary: 'How the pipeline is doing, and how good the models are', answer, rate: 100 },
    async () => {
      const [pipeline, models] = await Promise.all([stateOf(), ask('models', {})]);
      return { pipeline, models: models.map(metric) };
    },
  );
}
