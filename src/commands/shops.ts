import type { Log } from '../log/log.ts';

export class UnknownShopError extends Error {
  override readonly name = 'UnknownShopError';
}

/** Names of a shop's topics within it. @throws UnknownShopError, with the shops there are, when it has none */
export async function topicsOfShop(log: Log, shop: string): Promise<readonly string[]> {
  const names = (await log.topics()).map(({ name }) => name);
  const mine = names.filter((name) => name.startsWith(`${shop}.`)).map((name) => name.slice(shop.length + 1));
  if (mine.length > 0) return mine;
  const shops = [...new Set(names.map((name) => name.split('.')[0]))];
  throw new UnknownShopError(
    shops.length === 0
      ? `there is nothing in the log yet: \`ebb up\`, \`ebb replay\` and \`ebb generate\` write into it, or give --data DIR`
      : `shop ${shop} has no topics; there are shops ${shops.join(', ')}: give --shop NAME`,
  );
}

/** A shop has events, or raw data. On Kafka topics of others may be there too. */
export async function shopsOf(log: Log): Promise<readonly string[]> {
  const shop = /^([^.]+)\.(?:events|raw\.[^.]+|synthetic\.[^.]+|posted\.events)$/;
  return [...new Set((await log.topics()).flatMap(({ name }) => shop.exec(name)?.[1] ?? []))].sort();
}
