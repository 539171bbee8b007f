import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silenceModel } from '../../churn/models.testing.ts';
import { loadConfig } from '../../config.ts';
import { failureShape } from '../../dashboard/failure.ts';
import { nearly } from '../../dashboard/json-schema.testing.ts';
import { query, testFolder } from '../data-folder.testing.ts';
import { ebbOk } from '../ebb.testing.ts';
import { putModels } from '../put-models.testing.ts';
import { openWorkplace } from '../workplace.ts';
import { serveDashboard } from './serve.ts';

const data = join(testFolder(), 'data');
const ending = new AsyncDisposableStack();
const defects: unknown[] = [];
let url = '';
let rows: readonly Readonly<Record<string, unknown>>[] = [];

beforeAll(async () => {
  const made = ['--preset', 'shop', '--customers', '60', '--start', '2024-01-01', '--history', '400'];
  await ebbOk('generate', ...made, '--count', '6000', '--speed', 'max', '--data', data);
  await putModels(data, 'demo', [silenceModel('silent', { inForceFrom: Date.UTC(2024, 6, 1) })]);
  await ebbOk('run', '--until-caught-up', '--no-training', '--data', data);
  const place = ending.use(await openWorkplace(loadConfig({ data, port: 0 }, {})));
  const onError = (error: unknown): void => void defects.push(error);
  url = ending.use(await serveDashboard({ place, shop: 'demo', onError })).url;
  // The tables that it answers from are filled meanwhile.
  rows = await query(data, 'select customer_id, expected_loss, probability, band from churn_scores');
  for (let waits = true; waits; ) {
    const { status } = await fetch(`${url}/api/scores?limit=1000`);
    // Never a part of them.
    expect([200, 503]).toContain(status);
    waits = status === 503;
    await new Promise((turn) => setTimeout(turn, 20));
  }
}, 240_000);
afterAll(() => ending.disposeAsync());

const getJson = async (path: string) => JSON.parse(await (await fetch(`${url}${path}`)).text());

describe('GET /api/scores', () => {
  it.each(['expected-loss', 'probability', 'customer'])(
    'gives every customer once, by %s, page by page',
    async (sort) => {
      const seen: { customerId: string; expectedLoss: number | null; probability: number | null }[] = [];
      for (let after = ''; ; ) {
        const { scores, next } = await getJson(`/api/scores?limit=7&sort=${sort}${after}`);
        seen.push(...scores);
        if (next === null) break;
        expect(scores).toHaveLength(7);
        after = `&after=${next}`;
      }
      expect(seen.map(({ customerId }) => customerId).sort()).toEqual(
        rows.map(({ customer_id }) => customer_id).sort(),
      );
      const values = seen.map((one) => (sort === 'probability' ? one.probability : one.expectedLoss) ?? -1);
      if (sort !== 'customer') expect(values).toEqual(values.toSorted((a, b) => b - a));
    },
  );

  it('leaves out whom the filter leaves out', async () => {
    const losses = rows.map((row) => Number(row.expected_loss ?? 0)).sort((a, b) => a - b);
    const least = losses[Math.floor(losses.length / 2)] ?? 0;
    const { scores } = await getJson(`/api/scores?limit=1000&minExpectedLoss=${least}&minProbability=0.1`);
    const wanted = rows.filter((row) => Number(row.expected_loss ?? 0) >= least && Number(row.probability ?? 0) >= 0.1);
    expect(scores.map(({ customerId }: { customerId: string }) => customerId).sort()).toEqual(
      wanted.map(({ customer_id }) => customer_id).sort(),
    );
    const { scores: atRisk } = await getJson('/api/scores?limit=1000&band=AT_RISK');
    expect(atRisk).toHaveLength(rows.filter(({ band }) => band === 'AT_RISK').length);
  });

  it('takes no place that another order has given', async () => {
    const { next } = await getJson('/api/scores?limit=1&sort=customer');
    expect((await fetch(`${url}/api/scores?after=${next}`)).status).toBe(400);
  });
});

interface Sent {
  readonly id: string;
  readonly data: string;
}

/** Events of the stream until they are enough. */
async function stream(
  path: string,
  isEnough: (sent: readonly Sent[]) => boolean,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Sent[]> {
  const leave = new AbortController();
  const sent: Sent[] = [];
  const response = await fetch(`${url}${path}`, { headers, signal: leave.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id, data] = /^id: (\S+)\nevent: score\ndata: (.*)$/.exec(block) ?? [];
      if (id !== undefined && data !== undefined) sent.push({ id, data });
    }
    if (isEnough(sent)) break;
  }
  leave.abort();
  return sent;
}

describe('GET /api/scores/stream', () => {
  it('tells the newest score of every customer, and goes on without a gap wherever it was broken off', async () => {
    const sent = await stream('/api/scores/stream?from=start', (some) => {
      const last = new Map(some.map(({ data }) => JSON.parse(data)).map((one) => [one.customerId, one.probability]));
      return rows.every((row) => last.get(row.customer_id) === row.probability);
    });
    for (const at of [0, Math.floor(sent.length / 2), sent.length - 2]) {
      const missing = new Set(sent.slice(at + 1).map(({ data }) => data));
      const had = sent.slice(0, at + 1).filter(({ data }) => !missing.has(data));
      const rest = await stream(
        '/api/scores/stream',
        (some) => missing.isSubsetOf(new Set(some.map(({ data }) => data))),
        { 'last-event-id': sent[at]?.id ?? '' },
      );
      expect(rest.filter(({ data }) => had.some((one) => one.data === data))).toEqual([]);
    }
  });
});

describe('GET /api/customers/:id', () => {
  it('tells what is in the tables', async () => {
    const [row] = await query(data, 'select * from client_profiles order by spend desc limit 1');
    const id = String(row?.customer_id);
    const told = await getJson(`/api/customers/${encodeURIComponent(id)}`);
    expect(told).toMatchObject({ customerId: id, profile: { spend: row?.spend, orders: row?.orders } });
    expect(told.score.reasons.length).toBeGreaterThan(0);
    const [counts] = await query(data, `select count(*) as n from sessions where customer_id = '${id}'`);
    expect(told.sessions.length).toBe(Math.min(50, Number(counts?.n)));
    expect(told.history.length).toBeGreaterThan(0);
    expect(told.events[0].time).toBeGreaterThanOrEqual(told.events.at(-1).time);
  });

  it('says that there is no such customer', async () => {
    expect((await fetch(`${url}/api/customers/nobody`)).status).toBe(404);
  });
});

it('GET /api/metrics says how far everybody is', async () => {
  const { pipeline } = await getJson('/api/metrics');
  expect(pipeline.topics.map(({ name }: { name: string }) => name)).toContain('churn-scores');
  expect(pipeline.groups).toContainEqual({ name: 'demo.churn-scores.v1', lag: 0, members: [] });
});

it('answers whatever is nearly as described, in the shape that it states, and with nothing of its insides', {
  timeout: 180_000,
}, async () => {
  const { paths } = await getJson('/api/openapi.json');
  const operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  expect(operations.map(({ path }) => path)).toContain('/api/events');
  for (const { path, method, operation } of operations) {
    const { parameters, requestBody } = operation;
    const values = fc.record(Object.fromEntries(parameters.map(({ name, schema }) => [name, nearly(schema)])), {
      requiredKeys: parameters.filter((one) => one.in === 'path').map(({ name }) => name),
    });
    const body =
      requestBody === undefined ? fc.constant(undefined) : nearly(requestBody.content['application/json'].schema);
    await fc.assert(
      fc.asyncProperty(values, body, async (given, sent) => {
        const leave = new AbortController();
        const response = await fetch(addressOf(path, parameters, given), {
          ...{ method: method.toUpperCase(), signal: leave.signal },
          ...(sent === undefined
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(sent) }),
        });
        expect(response.status).toBeLessThan(500);
        if (response.status >= 400) failureShape.parse(await response.json());
        else if (response.headers.get('content-type')?.includes('json')) await response.json();
        leave.abort();
      }),
      { numRuns: 30 },
    );
  }
  expect(defects).toEqual([]);
});

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: unknown } } };
}

function addressOf(
  path: string,
  parameters: Operation['parameters'],
  given: Readonly<Record<string, unknown>>,
): string {
  const text = (value: unknown) => (typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(text(given[name])));
  const search = new URLSearchParams();
  for (const { name, in: where } of parameters)
    if (where === 'query' && name in given) search.set(name, text(given[name]));
  return `${url}${filled}?${search}`;
}
