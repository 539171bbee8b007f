/** Works on each, `width` at a time; the first error wins, when all that was begun has ended. */
export async function inLanes<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = Iterator.from(items);
  const lanes = Array.from({ length: width }, async () => {
    for (const item of left) {
      await work(item);
    }
  });
  for (const outcome of await Promise.allSettled(lanes)) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}
