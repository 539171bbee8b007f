/** What the fifteen views of sql/views give: one text for SQLite and MariaDB, and the same rows from both. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cell, type Row, textOfView, type ViewsDatabase } from './views.testing.ts';
import { eventRow, type Line, profileRow, scoreRow } from './views-rows.testing.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, at midnight of a shop whose zone is UTC. */
const monday = Date.UTC(2024, 0, 8);
const at = (day: number, hour: number, minute = 0) => monday + day * DAY + hour * HOUR + minute * 60_000;

let database: ViewsDatabase;
/** What the tables are to have before the next view is read. */
let added: [table: string, row: Readonly<Record<string, Cell>>][] = [];

function add(line: Line): void {
  insert('ecommerce_events', eventRow(line));
}

function insert(table: string, row: Readonly<Record<string, Cell>>): void {
  added.push([table, row]);
}

async function view(number: string, from: number, to: number, others: Record<string, number> = {}): Promise<Row[]> {
  for (const [table, row] of added.splice(0)) await database.insert(table, row);
  return await database.select(textOfView(number), { shop: 'test', from, to, ...others });
}

function columns(rows: Row[], ...names: string[]): unknown[][] {
  return rows.map((row) => names.map((name) => row[name]));
}

function addAll(): void {
  // An order of two lines, an order without an id, and an anonymous one without category, price or payment.
  const first = { time: at(0, 9, 10), customer: 'c1', order: 'o1', payment: 'Card', gender: 'F' };
  add({ ...first, id: 'e1', category: 'Books', price: 1000, quantity: 2, amount: 2000 });
  add({ ...first, id: 'e2', category: 'Toys', price: 500, quantity: 1, amount: 500 });
  const second = { customer: 'c2', category: 'Books', gender: 'M' };
  add({ ...second, id: 'e3', time: at(0, 9, 40), price: 1000, quantity: 1, amount: 1000, payment: 'PayPal' });
  add({ id: 'e4', time: at(0, 11), order: 'o4', quantity: 3, amount: 900 });
  const third = { customer: 'c1', order: 'o5', category: 'Books', payment: 'Card', gender: 'F' };
  add({ ...third, id: 'e5', time: at(1, 9, 5), price: 1200, quantity: 1, amount: 1200 });
  add({ ...second, id: 'e6', kind: 'RETURN', time: at(1, 10), quantity: -1, amount: -1000 });
  const fourth = { customer: 'c3', order: 'o7', category: 'Toys', payment: 'Cash' };
  add({ ...fourth, id: 'e7', time: at(2, 9), price: 500, quantity: 4, amount: 2000, returned: 1 });
  add({ id: 'e8', kind: 'VIEW', time: at(2, 8), customer: 'c3', category: 'Toys', quantity: 1, amount: 0 });
  add({ id: 'e9', time: at(2, 9), customer: 'c9', quantity: 1, amount: 99_999, shop: 'other' });
  insert('client_profiles', profileRow('c1', at(-10, 9), 'F', 22));
  insert('client_profiles', profileRow('c2', at(0, 9, 40), 'M', 40));
  insert('client_profiles', profileRow('c3', at(2, 9), null, null));
}

export function viewsContract(name: string, open: () => Promise<ViewsDatabase>): void {
  describe(`the views: ${name}`, () => {
    beforeEach(async () => {
      database = await open();
      added = [];
      addAll();
    });
    afterEach(() => database[Symbol.asyncDispose]());

    it('1: orders and revenue by hour of day, and by weekday and hour', async () => {
      const rows = await view('01', at(0, 0), at(7, 0));
      expect(rows).toHaveLength(24 + 4);
      const sold = rows.filter(({ orders }) => orders !== 0);
      expect(columns(sold, 'weekday', 'local_hour', 'orders', 'revenue', 'orders_per_day', 'revenue_per_day')).toEqual([
        [null, 9, 4, 6700, 4 / 7, 6700 / 7],
        [null, 11, 1, 900, 1 / 7, 900 / 7],
        [0, 9, 2, 3500, 2, 3500],
        [0, 11, 1, 900, 1, 900],
        [1, 9, 1, 1200, 1, 1200],
        [2, 9, 1, 2000, 1, 2000],
      ]);
    });

    it('2: the category with the highest revenue; ties by orders', async () => {
      expect(await view('02', at(0, 9), at(0, 10))).toEqual([{ category: 'Books', revenue: 3000, orders: 2 }]);
      add({ id: 'x', time: at(0, 9, 59), category: 'Toys', quantity: 1, amount: 2500 });
      add({ id: 'y', time: at(0, 9, 59), category: 'Books', order: 'o1', quantity: 1, amount: 0 });
      add({ id: 'z', time: at(0, 9, 59), category: 'Toys', quantity: 1, amount: 0 });
      expect(await view('02', at(0, 9), at(0, 10))).toEqual([{ category: 'Toys', revenue: 3000, orders: 3 }]);
      expect(await view('02', at(0, 3), at(0, 4))).toEqual([]);
    });

    it('3: each hour of the range, those without sales too', async () => {
      expect(columns(await view('03', at(0, 8), at(0, 13)), 'hour_start', 'revenue', 'orders')).toEqual([
        [at(0, 8), 0, 0],
        [at(0, 9), 3500, 2],
        [at(0, 10), 0, 0],
        [at(0, 11), 900, 1],
        [at(0, 12), 0, 0],
      ]);
    });

    it('4: who bought: new or returning, gender, age', async () => {
      const names = ['dimension', 'segment', 'customers', 'share', 'orders', 'revenue', 'mean_order_value'];
      expect(columns(await view('04', at(0, 9), at(0, 12)), ...names)).toEqual([
        ['age_group', '18-24', 1, 0.5, 1, 2500, 2500],
        ['age_group', '35-44', 1, 0.5, 1, 1000, 1000],
        ['all', 'all', 2, 1, 2, 3500, 1750],
        ['gender', 'F', 1, 0.5, 1, 2500, 2500],
        ['gender', 'M', 1, 0.5, 1, 1000, 1000],
        ['loyalty', 'new', 1, 0.5, 1, 1000, 1000],
        ['loyalty', 'returning', 1, 0.5, 1, 2500, 2500],
      ]);
    });

    it('5: each category, with what came back', async () => {
      const sums = ['category', 'orders', 'units', 'revenue', 'mean_unit_price', 'customers', 'returned_units'];
      expect(columns(await view('05', at(0, 0), at(7, 0)), ...sums, 'return_rate', 'revenue_share')).toEqual([
        ['Books', 3, 4, 4200, 3200 / 3, 2, 1, 1 / 4, 4200 / 7600],
        ['Toys', 2, 5, 2500, 500, 2, 4, 4 / 5, 2500 / 7600],
        ['unknown', 1, 3, 900, null, 0, 0, 0, 900 / 7600],
      ]);
    });

    it('6: each category in each hour', async () => {
      expect(columns(await view('06', at(0, 9), at(0, 12)), 'hour_start', 'category', 'revenue')).toEqual([
        [at(0, 9), 'Books', 3000],
        [at(0, 9), 'Toys', 500],
        [at(0, 9), 'unknown', 0],
        [at(0, 10), 'Books', 0],
        [at(0, 10), 'Toys', 0],
        [at(0, 10), 'unknown', 0],
        [at(0, 11), 'Books', 0],
        [at(0, 11), 'Toys', 0],
        [at(0, 11), 'unknown', 900],
      ]);
    });

    it('7: each day, with the mean of the seven that end with it, also across a leap day and before the range', async () => {
      const names = ['local_date', 'revenue', 'orders', 'customers', 'mean_revenue_7_days'];
      expect(columns(await view('07', at(1, 0), at(7, 0)), ...names)).toEqual([
        ['2024-01-09', 1200, 1, 1, 5600 / 7],
        ['2024-01-10', 2000, 1, 1, 7600 / 7],
      ]);
      add({ id: 'x', time: Date.UTC(2024, 1, 27), quantity: 1, amount: 700 });
      add({ id: 'y', time: Date.UTC(2024, 2, 4), quantity: 1, amount: 70 });
      add({ id: 'z', time: Date.UTC(2024, 2, 5), quantity: 1, amount: 7 });
      expect(columns(await view('07', Date.UTC(2024, 2, 4), Date.UTC(2024, 2, 6)), ...names)).toEqual([
        ['2024-03-04', 70, 1, 0, 770 / 7],
        ['2024-03-05', 7, 1, 0, 77 / 7],
      ]);
    });

    it('8: payment methods and their shares', async () => {
      const names = ['payment_method', 'orders', 'revenue', 'order_share', 'revenue_share', 'mean_order_value'];
      expect(columns(await view('08', at(0, 0), at(7, 0)), ...names)).toEqual([
        ['Card', 2, 3700, 2 / 5, 3700 / 7600, 1850],
        ['Cash', 1, 2000, 1 / 5, 2000 / 7600, 2000],
        ['PayPal', 1, 1000, 1 / 5, 1000 / 7600, 1000],
        ['unknown', 1, 900, 1 / 5, 900 / 7600, 900],
      ]);
    });

    it('9: purchases per customer where there are 30 customers', async () => {
      expect(await view('09', at(0, 0), at(7, 0))).toEqual([]);
      for (let n = 0; n < 28; n++) {
        add({ id: `x${n}`, time: at(3, 1), customer: `x${n}`, category: 'Toys', quantity: 1, amount: 1 });
      }
      const names = ['category', 'customers', 'purchases', 'purchases_per_customer', 'views_per_customer'];
      add({ id: 'more', time: at(3, 2), customer: 'x0', category: 'Toys', quantity: 1, amount: 1 });
      expect(columns(await view('09', at(0, 0), at(7, 0)), ...names, 'carts_per_customer')).toEqual([
        ['Toys', 30, 31, 31 / 30, 1 / 30, null],
      ]);
    });

    it('10: age group by gender', async () => {
      const names = [
        'age_group',
        'gender',
        'customers',
        'spend_per_customer',
        'mean_order_value',
        'favourite_category',
      ];
      expect(columns(await view('10', at(0, 0), at(7, 0)), ...names)).toEqual([
        ['18-24', 'F', 1, 3700, 1850, 'Books'],
        ['35-44', 'M', 1, 1000, 1000, 'Books'],
        ['unknown', 'unknown', 1, 2000, 2000, 'Toys'],
      ]);
    });

    it('11: returned of bought units by week, over all and per category', async () => {
      add({ id: 'x', time: at(6, 23), category: 'Books', quantity: 4, amount: 1 });
      add({ id: 'y', kind: 'RETURN', time: at(7, 0), category: 'Books', quantity: 2, amount: 1 });
      expect(
        columns(
          await view('11', at(0, 0), at(14, 0)),
          'week_start',
          'category',
          'units',
          'returned_units',
          'return_rate',
        ),
      ).toEqual([
        [monday, null, 16, 5, 5 / 16],
        [monday, 'Books', 8, 1, 1 / 8],
        [monday, 'Toys', 5, 4, 4 / 5],
        [monday, 'unknown', 3, 0, 0],
        [at(7, 0), null, 0, 2, null],
        [at(7, 0), 'Books', 0, 2, null],
      ]);
    });

    it('12: the daily revenue of each category, days without sales counted as zero', async () => {
      expect(
        columns(await view('12', at(0, 0), at(2, 0)), 'category', 'min_revenue', 'mean_revenue', 'max_revenue'),
      ).toEqual([
        ['Books', 1200, 2100, 3000],
        ['unknown', 0, 450, 900],
        ['Toys', 0, 250, 500],
      ]);
    });

    it('13: customers by spend', async () => {
      const names = ['customer_id', 'spend', 'orders', 'mean_order_value', 'last_purchase', 'band', 'probability'];
      expect(columns(await view('13', at(0, 0), at(7, 0)), ...names)).toEqual([
        ['c1', 3700, 2, 1850, at(1, 9, 5), 'UNSCORED', null],
        ['c3', 2000, 1, 2000, at(2, 9), 'UNSCORED', null],
        ['c2', 1000, 1, 1000, at(0, 9, 40), 'UNSCORED', null],
      ]);
    });

    it('13: and how likely they are to churn', async () => {
      insert('churn_scores', scoreRow('c1', 'AT_RISK', 0.8));
      insert('churn_scores', scoreRow('c3', 'UNSCORED', null));
      insert('churn_scores', scoreRow('c2', 'LOW', 0.1, 'other'));
      expect(columns(await view('13', at(0, 0), at(7, 0)), 'customer_id', 'band', 'probability')).toEqual([
        ['c1', 'AT_RISK', 0.8],
        ['c3', 'UNSCORED', null],
        ['c2', 'UNSCORED', null],
      ]);
    });

    it('14: what each gender spends on', async () => {
      const names = ['gender', 'category', 'spend', 'spend_share', 'orders', 'order_share'];
      expect(columns(await view('14', at(0, 0), at(7, 0)), ...names)).toEqual([
        ['F', 'Books', 3200, 3200 / 3700, 2, 2 / 3],
        ['F', 'Toys', 500, 500 / 3700, 1, 1 / 3],
        ['M', 'Books', 1000, 1, 1, 1],
        ['unknown', 'Toys', 2000, 2000 / 2900, 1, 1 / 2],
        ['unknown', 'unknown', 900, 900 / 2900, 1, 1 / 2],
      ]);
    });

    it('15: active customers, unscored, with what is at stake', async () => {
      const now = at(1, 9, 5) + 180 * DAY;
      const rows = await view('15', now - 180 * DAY, now, { horizon: 90 * DAY, margin: 1 });
      const stake = { c1: (3700 * 90 * DAY) / (now - at(0, 9, 10)), c3: (2000 * 90 * DAY) / (now - at(2, 9)) };
      expect(columns(rows, 'level', 'band', 'customer_id', 'customers', 'probability', 'expected_loss')).toEqual([
        ['band', 'UNSCORED', null, 2, null, null],
        ['customer', 'UNSCORED', 'c1', 1, null, null],
        ['customer', 'UNSCORED', 'c3', 1, null, null],
      ]);
      const [all, first, second] = rows.map(({ at_stake }) => Number(at_stake));
      expect(first).toBeCloseTo(stake.c1, 6);
      expect(second).toBeCloseTo(stake.c3, 6);
      expect(all).toBeCloseTo(stake.c1 + stake.c3, 6);
    });

    it('15: scored, by what is lost on average', async () => {
      insert('churn_scores', scoreRow('c1', 'WATCH', 0.5));
      insert('churn_scores', scoreRow('c3', 'LOST', 1));
      const rows = await view('15', at(-30, 0), at(80, 0), { horizon: 90 * DAY, margin: 0.5 });
      expect(
        columns(rows, 'level', 'band', 'customer_id', 'customers', 'probability', 'at_stake', 'expected_loss'),
      ).toEqual([
        ['band', 'LOST', null, 1, 1, 1000, 1000],
        ['band', 'WATCH', null, 1, 0.5, 1850, 925],
        ['band', 'UNSCORED', null, 1, null, 500, null],
        ['customer', 'LOST', 'c3', 1, 1, 1000, 1000],
        ['customer', 'WATCH', 'c1', 1, 0.5, 1850, 925],
        ['customer', 'UNSCORED', 'c2', 1, null, 500, null],
      ]);
    });
  });
}
