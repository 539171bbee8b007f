/** For tests: the rows of a lake as DuckDB reads them. */
import { DuckDBInstance } from '@duckdb/node-api';

/** `eventId` of every row of the Parquet files in the folders by day of a folder, in order of names and rows. */
export async function eventIdsInOrder(folder: string): Promise<readonly string[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const files = `read_parquet('${folder}/*/*.parquet', filename = true, file_row_number = true)`;
    const found = await connection.runAndReadAll(
      `select eventId as id from ${files} order by filename, file_row_number`,
    );
    return found.getRowObjects().map(({ id }) => String(id));
  } finally {
    connection.closeSync();
  }
}
