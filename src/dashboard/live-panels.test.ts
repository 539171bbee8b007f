import { describe, expect, it, onTestFinished } from 'vitest';
import { livePanels, type PanelQuery, type Update } from './live-panels.ts';
import { panels as specs } from './panels.ts';
import type { Row, ShopState } from './shown.ts';

const everything = ['hour', 'category', 'customer', 'payment', 'gender', 'age', 'returns', 'views', 'carts'] as const;
const state: ShopState = {
  ...{ shop: 'test', zone: 'UTC', currency: 'EUR', digits: 2, now: Date.UTC(2024, 2, 5), first: 0, has: everything },
  ...{ read: 10, toRead: 10, ready: true },
};

function opened(answer: (query: PanelQuery) => readonly Row[] | Promise<readonly Row[]> = () => []) {
  const asked: PanelQuery[] = [];
  const errors: string[] = [];
  // Every look at the clock is a tenth of a second later: nothing has to be waited for longer than a second.
  let time = 0;
  const panels = livePanels({
    async ask(query) {
      asked.push(query);
      return answer(query);
    },
    clock: () => {
      time += 100;
      return time;
    },
    onError: (panel) => errors.push(panel),
    leastGroup: 10,
  });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const updates = panels.follow('28d', 0, stop.signal);
  const pass = (ms: number): void => {
    time += ms;
  };
  return { panels, asked, errors, updates, pass, signal: stop.signal };
}

/** Reads on until there have been so many updates of panels. */
async function read(from: AsyncGenerator<readonly Update[]>, count: number): Promise<readonly Update[]> {
  const found: Update[] = [];
  while (found.filter(({ kind }) => kind === 'panel').length < count) {
    const { value } = await from.next();
    found.push(...(value ?? []));
  }
  return found;
}

describe('live panels', () => {
  it('asks every panel once somebody looks and the shop has a moment', async () => {
    const { panels, asked, updates } = opened();
    panels.moved({ ...state, now: null }, []);
    panels.moved({ ...state, ready: false }, []);
    await updates.next();
    expect(asked).toEqual([]);
    panels.moved(state, []);
    await read(updates, specs.length);
    expect(asked.map(({ spec }) => spec.id).sort()).toEqual(specs.map(({ id }) => id).sort());
  });

  it('asks nothing when nobody looks', async () => {
    const { panels, asked } = opened();
    panels.moved(state, ['ecommerce_events']);
    await new Promise(setImmediate);
    expect(asked).toEqual([]);
  });

  it('tells who resumes what has changed since, and of a first reader everything', async () => {
    const { panels, updates, signal } = opened();
    panels.moved(state, []);
    const last = (await read(updates, specs.length)).at(-1)?.id ?? 0;
    const again = await read(panels.follow('28d', 0, signal), specs.length);
    expect(again.filter(({ kind }) => kind === 'panel')).toHaveLength(specs.length);
    const resumed = panels.follow('28d', last - 1, signal);
    expect((await resumed.next()).value).toHaveLength(1);
  });

  it('does not tell again what is as it was', async () => {
    let orders = 1;
    const { panels, updates } = opened(({ spec }) => (spec.id === 'view-03' ? [{ orders }] : []));
    panels.moved(state, []);
    await read(updates, specs.length);
    orders = 2;
    panels.moved(state, ['ecommerce_events']);
    const next = (await read(updates, 1)).filter(({ kind }) => kind === 'panel');
    expect(next.map(({ data }) => ('id' in data ? [data.id, data.rows] : []))).toEqual([['view-03', [{ orders: 2 }]]]);
  });

  it('leaves a panel unasked whose dimension the data lack, and says which', async () => {
    const { panels, asked, updates } = opened();
    panels.moved({ ...state, has: ['customer'] }, []);
    const found = await read(updates, specs.length);
    expect(asked.map(({ spec }) => spec.id)).not.toContain('view-14');
    const gender = found.find(({ data }) => 'id' in data && data.id === 'view-14');
    expect(gender?.data).toMatchObject({ rows: [], lacks: ['gender'], partly: ['category'] });
  });

  it('tells nothing of groups of too few customers, but how many there are', async () => {
    const groups = [
      { gender: 'F', customers: 40 },
      { gender: 'M', customers: 9 },
    ];
    const { panels, updates } = opened(({ spec }) => (spec.id === 'view-13' || spec.id === 'view-10' ? groups : []));
    panels.moved(state, []);
    const found = new Map(
      (await read(updates, specs.length)).flatMap(({ data }) => ('id' in data ? [[data.id, data] as const] : [])),
    );
    expect(found.get('view-10')).toMatchObject({ rows: [], hidden: 2 });
    expect(found.get('view-13')).toMatchObject({ rows: groups, hidden: 0 });
  });

  it('tries a panel again whose query failed', async () => {
    let fails = true;
    const { panels, errors, updates } = opened(({ spec }) => {
      if (spec.id !== 'view-08' || !fails) return [];
      fails = false;
      throw new Error('database is locked');
    });
    panels.moved(state, []);
    await read(updates, specs.length);
    expect(errors).toEqual(['view-08']);
  });

  it('does not let a panel that takes long hold up the others', async () => {
    let orders = 1;
    let asks = 0;
    const { panels, updates, pass } = opened(({ spec }) => {
      if (spec.id === 'view-03') return [{ orders }];
      if (spec.id !== 'view-15') return [];
      asks += 1;
      // Slow at first, and then without an end.
      if (asks > 1) return new Promise(() => {});
      pass(1_000);
      return [];
    });
    panels.moved(state, []);
    await read(updates, specs.length);
    pass(60_000);
    panels.moved(state, ['ecommerce_events']);
    await expect.poll(() => asks).toBe(2);
    orders = 2;
    panels.moved(state, ['ecommerce_events']);
    const [next] = (await read(updates, 1)).filter(({ kind }) => kind === 'panel');
    expect(next?.data).toMatchObject({ id: 'view-03', rows: [{ orders: 2 }] });
  });

  it('looks back to no moment later than now', async () => {
    const { panels, asked } = opened();
    panels.moved(state, []);
    await panels.asOf('28d', Date.UTC(2030, 0, 1));
    expect(new Set(asked.map(({ at }) => at))).toEqual(new Set([state.now]));
  });
});
