import type { ChurnOutcome } from '../../schemas/generated.ts';
import type { Challenge } from './compare.ts';
import type { ModelKind } from './model.ts';

/** What was said of a customer on a day, and what came of it. */
interface Row {
  readonly customer: string;
  readonly label: number;
  readonly recency: number;
  /** When it was known, UTC epoch ms. */
  readonly time: number;
  /** YYYY-MM where the day is the end of a month. */
  readonly monthEnd: string | undefined;
  /** By kind of model. */
  readonly said: Map<string, Said>;
}

type Said = Pick<ChurnOutcome, 'version' | 'role' | 'probability'>;

/**
 * Outcomes by what they are about, so that kinds of model can be compared on rows that both scored. Which models of a kind scored a
 * row does not matter, nor does the order in which outcomes come. Holds a few numbers of each row.
 */
export class LiveRows {
  readonly #rows = new Map<string, Row>();

  add(outcome: ChurnOutcome): void {
    const { customerId: customer, asOf, month, trigger, label, recency, time, model } = outcome;
    const key = JSON.stringify([customer, asOf, trigger]);
    const monthEnd = trigger === 'GRID' ? month : undefined;
    const row = this.#rows.get(key) ?? { customer, label, recency, time, monthEnd, said: new Map<string, Said>() };
    this.#rows.set(key, row);
    const { version, role, probability } = outcome;
    row.said.set(model, firstOf({ version, role, probability }, row.said.get(model)));
  }

  /** Rows that were known by `time` (UTC epoch ms) go. */
  forget(time: number): void {
    for (const [key, row] of this.#rows) if (row.time <= time) this.#rows.delete(key);
  }

  /** Of each challenger the rows that the champion's kind scored as well, among those that were known by `until`, UTC epoch ms. */
  challenges(
    champion: ModelKind,
    challengers: readonly ModelKind[],
    until = Number.POSITIVE_INFINITY,
  ): readonly Challenge[] {
    const keys = [...this.#rows.keys()].sort();
    const rows = keys.flatMap((key) => this.#rows.get(key) ?? []).filter(({ time }) => time <= until);
    return challengers.map((kind) => challengeOf(rows, champion, kind));
  }
}

function challengeOf(rows: readonly Row[], champion: ModelKind, kind: ModelKind): Challenge {
  const both = rows.flatMap(({ said, ...row }) => {
    const [ours, theirs] = [said.get(champion), said.get(kind)];
    return ours === undefined || theirs === undefined ? [] : [{ ...row, ours, theirs }];
  });
  return {
    kind,
    customers: both.map(({ customer }) => customer),
    labels: Uint8Array.from(both, ({ label }) => label),
    recency: Float64Array.from(both, ({ recency }) => recency),
    champion: Float64Array.from(both, ({ ours }) => ours.probability),
    challenger: Float64Array.from(both, ({ theirs }) => theirs.probability),
    monthEnds: new Set(both.flatMap(({ monthEnd }) => monthEnd ?? [])).size,
  };
}

/** Of two models of one kind it is what customers were scored by that counts, else the newer one. */
function firstOf(one: Said, other: Said | undefined): Said {
  if (other === undefined) return one;
  if ((one.role === 'CHAMPION') !== (other.role === 'CHAMPION')) return one.role === 'CHAMPION' ? one : other;
  return one.version > other.version ? one : other;
}
