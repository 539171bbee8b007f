import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { query, testFolder, topicEnds } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';

const folder = testFolder();

describe('generate', () => {
  it('goes on where it was killed: exactly so many records, each once', async () => {
    const data = join(folder, 'killed');
    const args = ['generate', '--count', '60000', '--start', '2024-01-01', '--data', data, '--json'];
    // Ten seconds at this rate; the first offsets are ticks.
    const { child, ended } = startEbb([...args, '--rate', '6000']);
    for (let records = 0; records < 1_000; await sleep(20))
      records =
        (await topicEnds(data).catch(() => ({ 'demo.synthetic.transactions': 0 })))['demo.synthetic.transactions'] ?? 0;
    child.kill('SIGKILL');
    const killed = await ended;

    const { stdout } = await ebbOk(...args, '--speed', 'max');
    expect(JSON.parse(stdout)).toMatchObject({ total: 60_000, ended: 'count' });
    // Killed on its way, not after its end.
    expect({ signal: killed.signal, all: JSON.parse(stdout).written === 60_000 }).toEqual({
      signal: 'SIGKILL',
      all: false,
    });

    await ebbOk('run', 'normalise-transactions', '--until-caught-up', '--data', data);
    expect(await query(data, 'select count(*) as n, count(distinct event_id) as ids from ecommerce_events')).toEqual([
      { n: 60_000, ids: 60_000 },
    ]);
  });
});

describe('up', () => {
  it('ends by itself with a summary, and goes on the next time', async () => {
    const data = join(folder, 'up');
    const args = ['up', '--for', '5s', '--customers', '200', '--json', '--data', data];
    const first = JSON.parse((await ebbOk(...args)).stdout);
    expect(first).toMatchObject({ shop: 'demo', deadLetters: 0, late: 0 });
    expect(first.events).toBeGreaterThan(0);

    const second = JSON.parse((await ebbOk(...args)).stdout);
    // By its clock: in so small a shop an hour may pass without anybody doing anything.
    expect(second.generated.eventTime).toBeGreaterThan(first.generated.eventTime);
    expect(second.generated.total).toBe(first.generated.total + second.generated.written);
    expect(second.late).toBe(0);

    await ebbOk('run', '--until-caught-up', '--data', data);
    expect(await query(data, 'select count(*) as n, count(distinct event_id) as ids from ecommerce_events')).toEqual([
      { n: second.generated.total, ids: second.generated.total },
    ]);
  });
});
