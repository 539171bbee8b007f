import type { DeadLetter } from '../../../schemas/generated.ts';
import type { Config } from '../../config.ts';
import type { Found, TraceRow } from '../../trace/trace.ts';
import { tablesIfThere } from '../tables/open.ts';
import type { SqlParameter } from '../tables/tables.ts';

interface Wanted {
  readonly table: string;
  readonly where: Readonly<Record<string, SqlParameter>>;
}

/** The rows of the tables that an event is in; none where nobody has made the tables. @throws SinkError when the database does not answer */
export async function rowsOf(config: Config, found: Found): Promise<readonly TraceRow[]> {
  await using tables = await tablesIfThere(config);
  if (tables === undefined) return [];
  const rows: TraceRow[] = [];
  for (const { table, where } of wanted(found)) {
    const columns = Object.keys(where).map((column) => `${column} = ?`);
    const sql = `select * from ${table} where shop = ? and ${columns.join(' and ')}`;
    for (const row of await tables.rows(sql, found.shop, ...Object.values(where))) rows.push({ table, row });
  }
  return rows;
}

function wanted({ eventId, events, windows, profile, session, score, dead, late }: Found): readonly Wanted[] {
  const found: Wanted[] = [];
  const from = (table: string, where: Wanted['where']): void => void found.push({ table, where });
  if (events.length > 0) from('ecommerce_events', { event_id: eventId });
  for (const { metric } of windows) {
    if (metric === null) continue;
    const { value } = metric;
    const hour = { window_start: value.windowStart };
    if ('category' in value) from('category_metrics', { category: value.category, ...hour });
    else from('segment_metrics', { dimension: value.dimension, segment: value.segment, ...hour });
  }
  if (profile !== null) from('client_profiles', { customer_id: profile.value.customerId });
  if (session !== null)
    from('sessions', { customer_id: session.value.customerId, session_start: session.value.sessionStart });
  if (score !== null) from('churn_scores', { customer_id: score.value.customerId });
  for (const { value } of dead) from('dead_letters', placeOf(value));
  // A record may be late for several windows, in a row each.
  const lateFor = new Map(late.map(({ value }) => [`${value.topology} ${value.store}`, value]));
  for (const value of lateFor.values()) from('late_events', { store: value.store, ...placeOf(value) });
  return found;
}

function placeOf({ topology, topic, partition, offset }: Omit<DeadLetter, 'code' | 'message' | 'key' | 'value'>) {
  return { topology, topic, source_partition: partition, source_offset: offset };
}
