/** Files that one DataNode is given before the NameNode is asked for the next: small ones cost it little more than asking. */
const AT_ONE = 16;

/**
 * Where new files are to go. A DataNode writes any path that its address is asked for, so what the NameNode says of one holds for others;
 * after an error it is asked again. A gateway's address means one path alone.
 */
export function places(ask: (path: string) => Promise<URL>) {
  let known: { readonly url: URL; readonly before: string; left: number } | undefined;
  return async <T>(path: string, work: (where: URL) => Promise<T>): Promise<T> => {
    const mine = encoded(path);
    let where: URL;
    if (known !== undefined && known.left > 0) {
      known.left -= 1;
      where = new URL(known.url);
      where.pathname = known.before + mine;
    } else {
      where = await ask(path);
      const isDataNode = where.searchParams.has('namenoderpcaddress') && where.pathname.endsWith(mine);
      const before = where.pathname.slice(0, -mine.length);
      known = isDataNode ? { url: where, before, left: AT_ONE - 1 } : undefined;
    }
    try {
      return await work(where);
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
}

/** A path as it stands in an address. */
export function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
