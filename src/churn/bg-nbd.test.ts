import { describe, expect, it } from 'vitest';
import { type BgNbd, fitBgNbd, probabilityAlive, probabilitySilent } from './bg-nbd.ts';
import { cdnowHistories, cdnowMissing } from './cdnow.testing.ts';
import { cdnowSample } from './cdnow-sample.testing.ts';
import { dayOf } from './history.ts';
import { seededRandom } from './random.ts';

const published: BgNbd = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

describe('BG/NBD', () => {
  it.skipIf(cdnowMissing)('fitted to 39 weeks of the CDNOW sample has the published parameters', () => {
    const sample = cdnowSample();
    const end = dayOf('1997-09-30');
    const histories = [...cdnowHistories()]
      .filter(([customer]) => sample.has(customer))
      .map(([, { days }]) => {
        const seen = days.filter((day) => day <= end);
        const [first = 0] = seen;
        return { repeats: seen.length - 1, last: ((seen.at(-1) ?? 0) - first) / 7, age: (end - first) / 7 };
      });
    expect(histories).toHaveLength(2_357);
    const { r, alpha, a, b } = fitBgNbd(histories);
    expect(r).toBeCloseTo(published.r, 3);
    expect(alpha).toBeCloseTo(published.alpha, 3);
    expect(a).toBeCloseTo(published.a, 3);
    expect(b).toBeCloseTo(published.b, 3);
  });

  it("gives the paper's example its probability of being alive", () => {
    // Fader, Hardie, Lee: "Computing P(alive) using the BG/NBD model" (2008), customer 0001 of the sample.
    const alive = probabilityAlive(published, { repeats: 2, last: 30.43, age: 38.86 });
    expect(alive).toBeCloseTo(0.7266, 3);
  });

  it('says of customers that it simulates how many stay silent', () => {
    const random = seededRandom(11);
    const model: BgNbd = { r: 1, alpha: 4, a: 1, b: 2 };
    const customers = Array.from({ length: 4_000 }, () => simulated(random, 40, 13));
    const expected = customers.reduce((sum, { history }) => sum + probabilitySilent(model, history, 13), 0);
    const silent = customers.filter((customer) => customer.silent).length;
    expect(Math.abs(expected - silent) / customers.length).toBeLessThan(0.02);
  });

  it('finds the parameters of customers that it simulates', () => {
    const random = seededRandom(5);
    const { r, alpha, a, b } = fitBgNbd(Array.from({ length: 20_000 }, () => simulated(random, 60, 0).history));
    expect(r).toBeCloseTo(1, 0);
    expect(alpha / r).toBeCloseTo(4, 0);
    expect(a / (a + b)).toBeCloseTo(1 / 3, 1);
  });

  it('stays finite for customers who all bought once', () => {
    const model = fitBgNbd(Array.from({ length: 50 }, (_, day) => ({ repeats: 0, last: 0, age: day / 7 })));
    expect(Object.values(model).every((value) => Number.isFinite(value) && value > 0)).toBe(true);
  });

  it('cannot be fitted to nobody', () => {
    expect(() => fitBgNbd([])).toThrow(RangeError);
  });
});

/** A customer with λ ~ Exponential(mean 1/4 a week) and p ~ Beta(1, 2), seen for `age` weeks and then for `ahead` more. */
function simulated(random: () => number, age: number, ahead: number) {
  const rate = -Math.log(1 - random()) / 4;
  const dropout = 1 - Math.sqrt(random());
  const times: number[] = [];
  let silent = true;
  for (let time = 0; random() >= dropout || times.length === 0; ) {
    time += -Math.log(1 - random()) / rate;
    if (time > age) {
      silent = time > age + ahead;
      break;
    }
    times.push(time);
  }
  return { history: { repeats: times.length, last: times.at(-1) ?? 0, age }, silent };
}
