import { type Connection, createPool, type Pool } from 'mariadb';
import { mariadbError } from './mariadb-error.ts';
import { connectionOptions, type MariadbLogin, placeOf } from './mariadb-login.ts';
import { writeRows } from './mariadb-rows.ts';
import { type BatchLimits, SinkError, type TopicPartition, type TransactionalSink } from './sink.ts';
import { tableFor } from './tables.ts';

export interface MariadbSinkOptions extends MariadbLogin {
  readonly shop: string;
  readonly limits?: Partial<BatchLimits>;
}

/**
 * How long to wait for one of the pool's connections, in milliseconds, before the runner is told and tries again; the pool goes
 * on connecting meanwhile.
 */
const PATIENCE = 3_000;

interface Position {
  readonly epoch: number;
  readonly position: number;
}

/** Where a partition stands: its whole name is the row's key. */
type Place = readonly [sink: 'mariadb', topic: string, partition: number];

/**
 * A shop's tables (sql/migrations) in MariaDB, with rows and position in one transaction. Several processes and shops may
 * share the database. Connects when it is first used.
 *
 * A COMMIT whose answer is lost may have happened or not: the write is tried again, begins by reading the position, and then
 * finds out.
 */
export function openMariadbSink({ shop, limits, ...login }: MariadbSinkOptions): TransactionalSink {
  const usual: BatchLimits = { records: 10_000, bytes: 4 << 20, linger: 200, atOnce: 2, ...limits };
  // One for each batch that is written at a time, and one so that taking a partition does not wait for them.
  const pool = createPool({
    ...connectionOptions(login),
    connectionLimit: usual.atOnce + 1,
    acquireTimeout: PATIENCE,
  });
  const attempt = <T>(work: () => Promise<T>) => translated(placeOf(login), work);
  return {
    kind: 'transactional',
    name: 'mariadb',
    limits: usual,
    schemaOf: (topic) => tableFor('mariadb', topic).schema,
    deletes: (topic) => tableFor('mariadb', topic).keyColumn !== undefined,
    async take(partition) {
      const table = tableFor('mariadb', partition.topic);
      const place = placeIn(shop, partition);
      const { epoch, position } = await attempt(() => takeOver(pool, place));
      return {
        position: position === 0 ? undefined : position,
        write: (batch) =>
          attempt(() =>
            transact(pool, async (connection) => {
              const from = await positionOf(connection, place, epoch);
              if (from < batch.next) {
                await writeRows(connection, shop, table, batch, from);
                await move(connection, place, epoch, from, batch.next);
              }
            }),
          ),
      };
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}

function placeIn(shop: string, { topic, partition }: TopicPartition): Place {
  return ['mariadb', `${shop}.${topic}`, partition];
}

async function takeOver(pool: Pool, place: Place): Promise<Position> {
  const rows: readonly PositionRow[] = await pool.query(
    `insert into sink_positions (sink, topic, topic_partition, owner_epoch, next_offset) values (?, ?, ?, 1, 0)
     on duplicate key update owner_epoch = owner_epoch + 1
     returning owner_epoch as epoch, next_offset as position`,
    [...place],
  );
  return positionIn(rows);
}

/** The stored position, while the owner is `epoch`; who would take the partition over waits until the transaction has ended. */
async function positionOf(connection: Connection, place: Place, epoch: number): Promise<number> {
  const rows: readonly PositionRow[] = await connection.query(
    `select owner_epoch as epoch, next_offset as position from sink_positions
     where sink = ? and topic = ? and topic_partition = ? for update`,
    [...place],
  );
  const found = positionIn(rows);
  if (found.epoch !== epoch) throw fenced(place);
  return found.position;
}

async function move(connection: Connection, place: Place, epoch: number, from: number, next: number): Promise<void> {
  const { affectedRows } = await connection.query(
    `update sink_positions set next_offset = ?
     where sink = ? and topic = ? and topic_partition = ? and owner_epoch = ? and next_offset = ?`,
    [BigInt(next), ...place, BigInt(epoch), BigInt(from)],
  );
  if (affectedRows !== 1) throw fenced(place);
}

interface PositionRow {
  readonly epoch: bigint;
  readonly position: bigint;
}

function positionIn([row]: readonly PositionRow[]): Position {
  // A row that is gone (the table was emptied) fences too: epoch 0 is nobody's.
  return { epoch: Number(row?.epoch ?? 0), position: Number(row?.position ?? 0) };
}

function fenced([, topic, partition]: Place): SinkError {
  return new SinkError(
    'FENCED',
    `mariadb sink: ${topic}/${partition} was taken over; nothing of the batch was written`,
  );
}

async function transact(pool: Pool, work: (connection: Connection) => Promise<void>): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    await work(connection);
    await connection.commit();
  } catch (error) {
    // What cannot be rolled back is cut off: MariaDB rolls back then.
    await connection.rollback().catch(() => connection.destroy());
    throw error;
  } finally {
    await connection.release();
  }
}

async function translated<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mariadbError(place, error);
  }
}
