import type { DatabaseSync } from 'node:sqlite';
import { openDecoder } from '../../../connectors/sinks/decode.ts';
import type { SinkRecord } from '../../../connectors/sinks/sink.ts';
import { inserter } from '../../../connectors/sinks/sqlite.ts';
import { tableFor } from '../../../connectors/sinks/tables.ts';
import type { Event } from '../../../schemas/generated.ts';
import { isTick, tickCodec } from '../../engine/tick.ts';
import { combined, InputWatermark } from '../../engine/watermark.ts';
import type { Batch } from '../../log/log.ts';
import type { Workplace } from '../workplace.ts';
import { browsingKeptFrom, isBrowsing } from './browsing.ts';
import { openSeen, type Seen } from './seen.ts';

export interface Filling {
  /** Puts a batch of a topic (its name within the shop) into its table, in one transaction. @throws AvroError */
  take(topic: string, batch: Batch): Promise<void>;
  /** Drops views and carts that nothing asks for any more. */
  thin(): void;
  /** Of `partitions` of the events; -Infinity before all have ticked. */
  watermark(partitions: number): number;
  readonly seen: Seen;
}

/**
 * Fills the live tables of a shop, by the mapping and the statements of the SQLite sink.
 * @param events name on the log @param ending the watermark at the end of the log, as it was at the start
 */
export async function openFilling(
  { registry }: Pick<Workplace, 'registry'>,
  database: DatabaseSync,
  shop: string,
  events: string,
  ending: number,
): Promise<Filling> {
  const insert = inserter(database, shop);
  const decoders = new Map<string, ReturnType<typeof openDecoder>>();
  const ticks = await tickCodec(registry, events);
  const watermarks = new Map<number, InputWatermark>();
  const seen = openSeen();
  const thinning = database.prepare(`delete from ecommerce_events where kind in ('VIEW', 'CART') and time < ?`);
  let latest = ending;

  function watermarkOf(partition: number): InputWatermark {
    const known = watermarks.get(partition) ?? new InputWatermark(events, undefined);
    watermarks.set(partition, known);
    return known;
  }

  async function readTicks({ partition, records }: Batch): Promise<void> {
    for (const tick of await ticks.among(records)) watermarkOf(partition).tick(tick);
  }

  /** Hot: once per event. */
  function kept(records: readonly SinkRecord[]): readonly SinkRecord[] {
    for (const { value } of records) {
      if (value !== null) seen.see(eventIn(value));
    }
    const from = browsingKeptFrom(latest);
    return records.filter(({ value }) => value === null || !isBrowsing(eventIn(value)) || eventIn(value).time >= from);
  }

  return {
    seen,
    async take(topic, batch) {
      const table = tableFor('live', topic);
      const decode = decoders.get(topic) ?? openDecoder(registry, table.schema, table.keyColumn !== undefined);
      decoders.set(topic, decode);
      // What does not read is a dead letter to whoever writes the tables; here it is passed over.
      const decoded = (await decode(batch.records.filter((record) => !isTick(record)))).records;
      const records =
        table.name === 'ecommerce_events'
          ? kept(decoded)
          : table.name === 'predictions'
            ? decoded.filter(byChampion)
            : decoded;
      if (records.length > 0) {
        const { partition, next } = batch;
        const rows = {
          topic,
          partition,
          first: records[0]?.offset ?? 0,
          next,
          records,
          refused: [],
          schema: table.schema,
        };
        database.exec('begin');
        try {
          insert(table, rows, 0);
          database.exec('commit');
        } finally {
          if (database.isTransaction) database.exec('rollback');
        }
      }
      // After the rows: whoever hears of the watermark finds what it is of.
      if (table.name === 'ecommerce_events') await readTicks(batch);
    },
    thin() {
      thinning.run(browsingKeptFrom(latest));
    },
    watermark(partitions) {
      if (watermarks.size < partitions) return Number.NEGATIVE_INFINITY;
      const { value } = combined([...watermarks.values()]);
      latest = Math.max(latest, value);
      return value;
    },
  };
}

/** What challengers said is four times as much, and nobody asks for it: how they did is in the metrics. */
function byChampion({ value }: SinkRecord): boolean {
  return value === null || value.role === 'CHAMPION';
}

/** Decoded into the schema of events. */
function eventIn(value: NonNullable<SinkRecord['value']>): Event {
  return value as unknown as Event;
}
