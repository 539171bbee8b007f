import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDLE_WRITER } from './tick.ts';
import { InputWatermark } from './watermark.ts';

const NEVER = Number.NEGATIVE_INFINITY;

function tick(writer: string, from: number, of: number, time: number, closed = false) {
  return { writer, from, of, time, closed };
}

function given(...ticks: readonly ReturnType<typeof tick>[]): InputWatermark {
  const watermark = new InputWatermark('test.points', undefined);
  for (const one of ticks) watermark.tick(one);
  return watermark;
}

describe('the watermark of an input that writers tick', () => {
  it('is unknown before the first tick', () => {
    expect(given().value).toBe(NEVER);
    expect(given().closed).toBe(false);
  });

  it('is the least tick of all writers', () => {
    expect(given(tick('a', 0, 1, 10), tick('b', 0, 1, 5)).value).toBe(10);
    const both = given(tick('b', 0, 1, 5), tick('a', 0, 1, 10));
    expect(both.value).toBe(5);
    both.tick(tick('b', 0, 1, 20));
    expect(both.value).toBe(10);
  });

  it('is unknown until every part of a writer has ticked', () => {
    const watermark = given(tick('a', 1, 3, 10), tick('a', 0, 3, 20));
    expect(watermark.value).toBe(NEVER);
    expect(watermark.heldBackBy).toBe('a');
    watermark.tick(tick('a', 2, 3, 30));
    expect(watermark.value).toBe(10);
  });

  it('is not held back by writers that have closed', () => {
    const watermark = given(tick('b', 0, 1, 20), tick('a', 0, 2, 30), tick('a', 1, 2, 30));
    expect(watermark.value).toBe(20);
    watermark.tick(tick('b', 0, 1, 25, true));
    expect(watermark.value).toBe(30);
    expect(watermark.heldBackBy).toBe('a');
  });

  it('is held back by a part that has closed until its siblings have too, and when they open again one by one', () => {
    const watermark = given(tick('a', 0, 2, 10), tick('a', 0, 2, 30, true), tick('a', 1, 2, 20));
    expect(watermark.value).toBe(20);
    watermark.tick(tick('a', 1, 2, 30, true));
    expect(watermark.value).toBe(30);
    watermark.tick(tick('a', 0, 2, 50));
    expect(watermark.value).toBe(30);
    watermark.tick(tick('a', 0, 2, 60, true));
    expect(watermark.value).toBe(30);
    expect(watermark.closed).toBe(false);
    watermark.tick(tick('a', 1, 2, 40));
    expect(watermark.value).toBe(40);
    watermark.tick(tick('a', 1, 2, 60, true));
    expect(watermark.value).toBe(60);
    expect(watermark.closed).toBe(true);
  });

  it('is the greatest last tick when all have closed, and no more', () => {
    const watermark = given(tick('a', 0, 1, 10, true), tick('b', 0, 1, 40, true), tick('c', 0, 1, 20, true));
    expect(watermark.value).toBe(40);
    expect(watermark.closed).toBe(true);
    expect(watermark.heldBackBy).toBeUndefined();
  });

  it('goes on when a writer opens again, and never falls', () => {
    const watermark = given(tick('a', 0, 1, 10), tick('b', 0, 1, 40, true), tick('a', 0, 1, 20, true));
    expect(watermark.value).toBe(40);
    watermark.tick(tick('a', 0, 1, 30));
    expect(watermark.closed).toBe(false);
    expect(watermark.value).toBe(40);
    watermark.tick(tick('a', 0, 1, 50));
    expect(watermark.value).toBe(50);
  });

  it('takes a restarted writer with the same parts for the same, and one that repeats itself for no news', () => {
    const watermark = given(tick('a', 0, 2, 10), tick('a', 1, 2, 20), tick('a', 0, 2, 5), tick('a', 1, 2, 20));
    expect(watermark.value).toBe(10);
    watermark.tick(tick('a', 0, 2, 15));
    expect(watermark.value).toBe(15);
  });

  it('waits for all parts again when a writer comes back with another number of them', () => {
    const watermark = given(tick('a', 0, 1, 10), tick('a', 0, 2, 20));
    expect(watermark.value).toBe(10);
    watermark.tick(tick('a', 1, 2, 15));
    expect(watermark.value).toBe(15);
  });

  it('is not moved by event times', () => {
    const watermark = given(tick('a', 0, 1, 10));
    watermark.observe(1000);
    expect(watermark.value).toBe(10);
  });
});

describe('the watermark of an input that outsiders write', () => {
  it('is the greatest event time less the disorder', () => {
    const watermark = new InputWatermark('test.points', 10);
    for (const time of [100, 95, 120, 60]) watermark.observe(time);
    expect(watermark.value).toBe(110);
    expect(watermark.closed).toBe(false);
  });

  it('is moved by idle ticks, which hold nothing back afterwards', () => {
    const watermark = new InputWatermark('test.points', 10);
    watermark.observe(100);
    watermark.tick(tick(IDLE_WRITER, 0, 1, 200));
    expect(watermark.value).toBe(200);
    watermark.observe(205);
    expect(watermark.value).toBe(200);
    watermark.observe(230);
    expect(watermark.value).toBe(220);
    expect(watermark.closed).toBe(false);
  });

  it('is left to ticks once somebody ticks', () => {
    const watermark = new InputWatermark('test.points', 10);
    watermark.tick(tick('a', 0, 1, 50));
    watermark.observe(1000);
    expect(watermark.value).toBe(50);
  });
});

it('an input of outsiders and writers that tick goes by its event times again when the writers have closed', () => {
  const watermark = new InputWatermark('test.points', 10);
  watermark.tick(tick('a', 0, 1, 50));
  watermark.tick(tick('a', 0, 1, 60, true));
  watermark.observe(65);
  expect(watermark.value).toBe(60);
  watermark.observe(1000);
  expect(watermark.value).toBe(990);
});

it('a watermark never falls and is the same after a restart, whatever came before', () => {
  const step = fc.oneof(
    fc.record({
      writer: fc.constantFrom('a', 'b', IDLE_WRITER),
      from: fc.nat(1),
      of: fc.constant(2),
      time: fc.nat(100),
      closed: fc.boolean(),
    }),
    fc.nat(100),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat(60),
      fc.constantFrom(undefined, 10),
      (steps, cut, disorder) => {
        const whole = new InputWatermark('test.points', disorder);
        let restored = new InputWatermark('test.points', disorder);
        steps.forEach((one, index) => {
          const before = whole.value;
          for (const watermark of [whole, restored]) {
            if (typeof one === 'number') watermark.observe(one);
            else watermark.tick(one);
          }
          expect(whole.value).toBeGreaterThanOrEqual(before);
          if (index === cut) {
            const saved = JSON.parse(JSON.stringify(restored.save()));
            restored = new InputWatermark('test.points', disorder);
            restored.restore(saved);
          }
          expect(restored.value).toBe(whole.value);
          expect(restored.closed).toBe(whole.closed);
          expect(restored.heldBackBy).toBe(whole.heldBackBy);
        });
      },
    ),
  );
});
