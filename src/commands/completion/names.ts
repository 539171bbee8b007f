import { datasets } from '../../../datasets/load.ts';
import { configOf } from '../command.ts';
import { topologiesInShop } from '../shop-topologies.ts';
import { shopsOf, topicsOfShop } from '../shops.ts';
import { openWorkplace } from '../workplace.ts';
import type { Names } from './candidates.ts';

/**
 * What the log in the data directory knows. A cluster is not asked: nobody waits seconds for a Tab. Whatever is wrong, the
 * command itself says when it is run.
 * @param words of the line, of which `--data` and `--shop` count
 */
export async function namesFor(words: readonly string[]): Promise<Names> {
  const dataset = [...datasets.keys()];
  try {
    const config = configOf({ data: given(words, '--data'), shop: given(words, '--shop') });
    if (config.brokers !== undefined) return { shop: [], topic: [], topology: [], dataset };
    await using place = await openWorkplace(config, 'existing');
    const shops = await shopsOf(place.log);
    const shop = config.shop ?? 'demo';
    const there = shops.includes(shop);
    return {
      shop: shops,
      topic: there ? await topicsOfShop(place.log, shop) : [],
      topology: there ? (await topologiesInShop(place, shop)).all.map(({ name }) => name) : [],
      dataset,
    };
  } catch {
    return { shop: [], topic: [], topology: [], dataset };
  }
}

function given(words: readonly string[], flag: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  const at = words.indexOf(flag);
  const next = at < 0 ? undefined : words[at + 1];
  return joined ?? (next === '' ? undefined : next);
}
