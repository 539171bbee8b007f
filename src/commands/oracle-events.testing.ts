/** What each dataset's rows must become, in DuckDB's SQL straight from the file: nothing of it is shared with the code under test. */

const oracleDatasets = ['cdnow', 'kaggle-ecommerce', 'online-retail', 'rees46'] as const;
export type OracleDataset = (typeof oracleDatasets)[number];

export function hasOracle(dataset: string): dataset is OracleDataset {
  return oracleDatasets.some((one) => one === dataset);
}

interface DatasetSql {
  /** Rows of the file with `row`, from 1 in its order. */
  rows(file: string): string;
  /** Columns of `expected` made of those rows; `code` is null for events. */
  readonly columns: Readonly<Record<string, string>>;
  /** ms: a day for dates without a time, otherwise 1. The data cover the last row's whole period. */
  readonly period: number;
  /** Extra end of what the data cover, as SQL. */
  readonly covers?: string;
}

const text = (column: string): string => `nullif(trim(${column}), '')`;
const decimal = (column: string): string => `cast(${column} as decimal(18, 6))`;
/** Minor units, rounded half away from zero, as DuckDB rounds decimals. */
const minor = (value: string): string => `cast(round(${value} * 100, 0) as bigint)`;
const csv = (file: string): string =>
  `select row_number() over () as row, * from read_csv('${file}', header = true, all_varchar = true, quote = '"', escape = '"', delim = ',', null_padding = true, parallel = false)`;

const noText = 'cast(null as varchar)';
const noNumber = 'cast(null as bigint)';
const nothing = {
  code: noText,
  order_id: noText,
  product: noText,
  category: noText,
  unit_price: noNumber,
  quantity: '1',
  payment_method: noText,
  gender: noText,
  age: noNumber,
  country: noText,
  returned: noNumber,
};

const retail = {
  code: `case
    when InvoiceNo like 'A%' then 'ADJUSTMENT'
    when cast(Quantity as bigint) = 0 then 'ZERO_QUANTITY'
    when InvoiceNo like 'C%' and cast(Quantity as bigint) > 0 then 'CANCELLATION_WITHOUT_NEGATIVE_QUANTITY'
    when InvoiceNo not like 'C%' and cast(Quantity as bigint) < 0 then 'NEGATIVE_QUANTITY_WITHOUT_CANCELLATION'
    when ${decimal('UnitPrice')} <= 0 then 'NON_POSITIVE_PRICE'
  end`,
  customer_id: `regexp_replace(${text('cast(CustomerID as varchar)')}, '[.]0+$', '')`,
  kind: `case when InvoiceNo like 'C%' then 'RETURN' else 'PURCHASE' end`,
  time: `epoch_ms(strptime(InvoiceDate, '%Y-%m-%d %H:%M:%S'))`,
  order_id: text('InvoiceNo'),
  product: text('StockCode'),
  unit_price: minor(decimal('cast(UnitPrice as varchar)')),
  quantity: 'cast(Quantity as bigint)',
  amount: minor(`cast(Quantity as bigint) * ${decimal('cast(UnitPrice as varchar)')}`),
  currency: `'GBP'`,
  country: text('Country'),
};

const datasets: Readonly<Record<OracleDataset, DatasetSql>> = {
  'online-retail': {
    rows: (file) =>
      file.endsWith('.parquet')
        ? `select file_row_number + 1 as row, * from read_parquet('${file}', file_row_number = true)`
        : csv(file),
    columns: retail,
    period: 1,
  },
  'kaggle-ecommerce': {
    rows: csv,
    columns: {
      customer_id: text('"Customer ID"'),
      kind: `'PURCHASE'`,
      time: `epoch_ms(strptime("Purchase Date", '%Y-%m-%d %H:%M:%S'))`,
      category: text('"Product Category"'),
      unit_price: minor(decimal('"Product Price"')),
      quantity: 'cast("Quantity" as bigint)',
      amount: minor(decimal('"Total Purchase Amount"')),
      currency: `'USD'`,
      payment_method: text('"Payment Method"'),
      gender: text('"Gender"'),
      age: 'cast("Customer Age" as bigint)',
      returned: 'cast(cast("Returns" as double) as bigint)',
    },
    period: 1,
  },
  rees46: {
    rows: csv,
    columns: {
      // The last line is cut off in the customer's number.
      code: `case when user_session is null then 'MALFORMED_ROW' end`,
      customer_id: text('user_id'),
      kind: 'upper(event_type)',
      time: `epoch_ms(strptime(event_time, '%Y-%m-%d %H:%M:%S UTC'))`,
      product: text('product_id'),
      category: text('category_code'),
      unit_price: minor(decimal('price')),
      amount: minor(decimal('price')),
      currency: `'USD'`,
    },
    period: 1,
  },
  cdnow: {
    rows: (file) =>
      `select row_number() over () as row, regexp_extract_all(line, '\\S+') as cell
       from read_csv('${file}', header = false, skip = 1, auto_detect = false, columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', parallel = false)`,
    columns: {
      customer_id: 'cell[1]',
      kind: `'PURCHASE'`,
      time: `epoch_ms(strptime(cell[2], '%Y%m%d'))`,
      quantity: 'cast(cell[3] as bigint)',
      amount: minor(decimal('cell[4]')),
      currency: `'USD'`,
    },
    period: 86_400_000,
    covers: `epoch_ms(timestamp '1998-07-01 00:00:00')`,
  },
};

/** Statements that make the tables `expected_rows` (`code` null for events) and `covered` (one row, `until` in ms). */
export function expectedRows(dataset: OracleDataset, file: string): string {
  const { rows, columns, period, covers } = datasets[dataset];
  const list = Object.entries({ ...nothing, ...columns }).map(([name, sql]) => `${sql} as ${name}`);
  return `
    create table expected_rows as
      select *, strftime(make_timestamp(time * 1000), '%Y-%m-%d') as local_date,
        cast(extract(hour from make_timestamp(time * 1000)) as bigint) as local_hour
      from (select row, ${list.join(', ')} from (${rows(file)}));
    create table covered as
      select greatest(${covers ?? '0'}, (max(time) // ${period} + 1) * ${period}) as until
      from expected_rows where code is null or code <> 'MALFORMED_ROW';`;
}
