import type { Kind } from '../schemas/generated.ts';
import type { DescriptorInput } from './descriptor.ts';
import { isNumeric, type Profile } from './profile.ts';

export type Role = keyof DescriptorInput['columns'];

interface Sign {
  readonly role: Exclude<Role, 'time'>;
  /** Of the column's name in small letters, without anything else. The first that a free column meets wins. */
  readonly names: readonly RegExp[];
  readonly fits: (profile: Profile) => boolean;
}

const person = '(?:customer|client|user|visitor|member|buyer|shopper|account|cust|kunden?|klient)';
const number = '(?:id|no|nr|num|number|key|code|ref)';
const anything = () => true;
const small = ({ distinct }: Profile) => distinct.size <= 100;

const signs: readonly Sign[] = [
  { role: 'customer', names: [new RegExp(`^${person}${number}$`), new RegExp(`^${person}$`)], fits: anything },
  {
    role: 'order',
    names: [
      new RegExp(`^(?:invoice|order|transaction|basket|receipt|bill|ticket|bestell(?:ung)?)${number}$`),
      /^(?:invoice|order|receipt|basket)$/,
    ],
    fits: anything,
  },
  { role: 'eventId', names: [/^(?:event|record|line|row)(?:id|uuid|key)$/, /^uuid$/], fits: isUnique },
  {
    role: 'category',
    names: [
      /categor.*(?:name|code)$/,
      /categor/,
      /^(?:product)?(?:department|group|genre|class|type)$/,
      /^(?:waren|artikel)gruppe$/,
    ],
    fits: (profile) => !isNumeric(profile),
  },
  {
    role: 'unitPrice',
    names: [
      /^(?:unit|product|item|sales?|selling|list|retail)?(?:price|preis)(?:each|perunit)?$/,
      /^(?!.*total).*price/,
      /^(?:einzel|stück)?preis$/,
    ],
    fits: isNumeric,
  },
  {
    role: 'amount',
    names: [
      /^total.*(?:amount|price|value|sales|spent|spend|cost)/,
      /^(?:amount|revenue|sales|spend|spent|total|subtotal|value|turnover|summe|betrag|umsatz)$/,
      /(?:dollar|euro|pound|usd|eur|gbp|order|purchase|sale|invoice|payment|paid|net|gross)s?(?:value|amount|total)/,
      /amount|revenue|total/,
    ],
    fits: isNumeric,
  },
  {
    role: 'quantity',
    names: [
      /^(?:quantity|qty|units|pieces|menge|anzahl)$/,
      /quantity|qty/,
      /^(?:number|no|num|count)of/,
      /^units?(?:sold|bought|ordered)$/,
    ],
    fits: (profile) => isNumeric(profile) && profile.whole > 0.95,
  },
  {
    role: 'product',
    names: [
      new RegExp(`^(?:product|item|stock|article|artikel|sku|material)${number}$`),
      /^(?:sku|asin|ean|product|item|article)$/,
      /^(?:product|item)(?:name|title)$/,
    ],
    fits: anything,
  },
  {
    role: 'paymentMethod',
    names: [/payment(?:method|type|mode)/, /^(?:payment|paidwith|paidby|tender|zahlungsart)$/],
    fits: small,
  },
  { role: 'gender', names: [/gender/, /^(?:sex|geschlecht)$/], fits: small },
  {
    role: 'age',
    names: [new RegExp(`^${person}age$`), /^(?:age|alter)$/],
    fits: (profile) => isNumeric(profile) && profile.least >= 0 && profile.greatest <= 150,
  },
  { role: 'country', names: [/country/, /^(?:land|nation)$/], fits: anything },
  {
    role: 'returned',
    names: [/^(?:is)?return(?:s|ed|flag)?$/, /^(?:is)?refund(?:ed|flag)?$/],
    fits: ({ distinct }) => distinct.size <= 3,
  },
];

/** Which column plays which role, by name and content. Every column plays one at most. */
export function guessRoles(profiles: readonly Profile[]): ReadonlyMap<Exclude<Role, 'time'>, Profile> {
  const found = new Map<Exclude<Role, 'time'>, Profile>();
  const free = new Set(profiles);
  for (const { role, names, fits } of signs) {
    const profile = names
      .flatMap((name) => [...free].filter((one) => name.test(bareName(one.column))))
      .find((one) => one.known > 0 && fits(one));
    if (profile === undefined) continue;
    found.set(role, profile);
    free.delete(profile);
  }
  return found;
}

/** Small letters only: `Customer ID`, `customer_id` and `CustomerID` are one. */
export function bareName(column: string): string {
  return column.toLowerCase().replace(/[^\p{L}]/gu, '');
}

function isUnique({ distinct, known }: Profile): boolean {
  return distinct.size === known;
}

const words: readonly (readonly [Kind, RegExp])[] = [
  ['CART', /cart|basket/],
  ['RETURN', /return|refund|cancel/],
  ['PURCHASE', /purchase|buy|bought|order|sale|sold|transaction|checkout/],
  ['VIEW', /view|click|visit|impression|detail|browse/],
];

/** The column that says what kind of event a row is, with the values that are understood. */
export function guessKind(
  profiles: readonly Profile[],
): { readonly column: string; readonly values: Record<string, Kind>; readonly strange: readonly string[] } | undefined {
  for (const { column, distinct, known } of profiles) {
    if (
      distinct.size === 0 ||
      distinct.size > 30 ||
      !/type|kind|action|event|activity|behaviou?r/.test(bareName(column))
    )
      continue;
    const values: Record<string, Kind> = {};
    const strange: string[] = [];
    let understood = 0;
    for (const [value, count] of distinct) {
      const kind = words.find(([, word]) => word.test(value.toLowerCase()))?.[0];
      if (kind === undefined) strange.push(value);
      else {
        values[value] = kind;
        understood += count;
      }
    }
    if (understood > known / 2) return { column, values, strange };
  }
  return undefined;
}
