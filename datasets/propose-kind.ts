import type { DescriptorInput } from './descriptor.ts';
import type { guessKind } from './guess-roles.ts';
import { isNumeric, type Profile } from './profile.ts';

/** Notes the reason for a choice; not `sure`: it is to be looked at. */
export type Say = (field: string, because: string, sure?: boolean) => void;

/** What kind of event a row is: by a column that says so, or by the sign of what was counted. */
export function proposeKind(
  say: Say,
  kind: ReturnType<typeof guessKind>,
  quantity: Profile | undefined,
  amount: Profile | undefined,
): Pick<DescriptorInput, 'kind' | 'reject'> {
  if (kind !== undefined) {
    const { column, values, strange } = kind;
    say('kind', `${column} holds ${Object.keys(values).join(', ')}`);
    if (strange.length > 0) say('kind', `not understood, and so dead letters: ${strange.join(', ')}`, false);
    return { kind: { column, values } };
  }
  const nothing: Pick<DescriptorInput, 'reject'> =
    quantity === undefined
      ? {}
      : {
          reject: [
            {
              when: [{ column: quantity.column, is: '=', value: 0 }],
              code: 'ZERO_QUANTITY',
              message: `${quantity.column} is 0`,
            },
          ],
        };
  const counted = [quantity, amount].find((one) => one !== undefined && isNumeric(one) && one.least < 0);
  if (counted === undefined) {
    say('kind', 'every row is a purchase');
    return { kind: { constant: 'PURCHASE' }, ...nothing };
  }
  say('kind', `${counted.column} goes below zero: those rows are taken for returns`, false);
  return {
    kind: {
      rules: [
        { when: [{ column: counted.column, is: '<', value: 0 }], kind: 'RETURN' },
        { when: [], kind: 'PURCHASE' },
      ],
    },
    ...nothing,
  };
}
