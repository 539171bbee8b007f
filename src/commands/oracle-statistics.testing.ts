/** A category's weeks recomputed in DuckDB, by its own functions over whole columns. */

const WEEK = 604_800_000;
const MONDAY = 345_600_000;
const GRACE = 600_000;

const measures = { price: 'unit_price', quantity: 'quantity', amount: 'amount' };
const pairs = {
  price_quantity: ['unit_price', 'quantity'],
  price_amount: ['unit_price', 'amount'],
  quantity_amount: ['quantity', 'amount'],
  age_amount: ['age', 'amount'],
};

const columns: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(measures).flatMap(([name, column]) => [
    [`${name}_mean`, `avg(${column})`],
    [`${name}_deviation`, `stddev_samp(${column})`],
    [`${name}_lower_quartile`, `quantile_cont(${column}, 0.25)`],
    [`${name}_median`, `quantile_cont(${column}, 0.5)`],
    [`${name}_upper_quartile`, `quantile_cont(${column}, 0.75)`],
  ]),
  ...Object.entries(pairs).map(([name, [x, y]]) => [
    `${name}_correlation`,
    `case when regr_sxx(${y}, ${x}) > 0 and regr_syy(${y}, ${x}) > 0 then corr(${x}, ${y}) end`,
  ]),
]);

/** Statements that make `expected_category_statistics` of `expected_events` and `covered`. */
export const expectedStatistics = `
  create table expected_category_statistics as
    select *, window_start + ${WEEK} as window_end,
      cast(window_start + ${WEEK} + ${GRACE} <= (select until from covered) as bigint) as complete from (
      select coalesce(category, 'unknown') as category,
        (time - ${MONDAY}) // ${WEEK} * ${WEEK} + ${MONDAY} as window_start,
        count(*) as purchases, 0.0::double as quartile_error,
        ${Object.entries(columns)
          .map(([name, sql]) => `cast(${sql} as double) as ${name}`)
          .join(', ')}
      from expected_events where kind = 'PURCHASE' group by 1, 2);`;

/** The rows of the table, with the recompute's own numbers where they agree to 1e-9: both round, and not alike. */
export const nearStatistics = `
  create view near_category_statistics as
    select actual.* replace (${Object.keys(columns)
      .map(
        (name) =>
          `case when abs(actual.${name} - expected.${name}) <= 1e-9 * greatest(1, abs(expected.${name})) then expected.${name} else actual.${name} end as ${name}`,
      )
      .join(', ')})
    from category_statistics as actual
    left join expected_category_statistics as expected using (category, window_start);`;
