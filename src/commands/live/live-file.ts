import type { DatabaseSync } from 'node:sqlite';
import { openTablesFile } from '../../../connectors/sinks/sqlite.ts';

/**
 * What the panels ask of years of events: customers in order, purchases alone, views and carts to be thinned. The tables of
 * everybody have none of them, as they cost a sink more than they bring to now and then a query.
 */
const indexes = `
  create index if not exists live_customers on ecommerce_events
    (shop, customer_id, time, amount, order_id, event_id) where kind = 'PURCHASE';
  create index if not exists live_sales on ecommerce_events
    (shop, time, category, amount, order_id, event_id, customer_id, payment_method, gender, local_date, local_hour)
    where kind = 'PURCHASE';
  create index if not exists live_returns on ecommerce_events (shop, customer_id) where kind = 'RETURN';
  create index if not exists live_browsing on ecommerce_events (time) where kind in ('VIEW', 'CART');
  create index if not exists live_predictions on predictions
    (shop, time, as_of, probability, customer_id, horizon_days) where role = 'CHAMPION' and \`trigger\` = 'GRID';
`;

/**
 * The live tables: a file of their own that one thread fills and another reads at the same time, as a database in memory
 * would not let them. It is gone with its process, so nothing of it need survive.
 */
export function openLiveFile(path: string): DatabaseSync {
  const database = openTablesFile(path);
  database.exec(`pragma synchronous = off; pragma cache_size = -64000; ${indexes}`);
  return database;
}
