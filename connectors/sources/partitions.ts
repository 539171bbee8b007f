import type { Log } from '../../src/log/log.ts';

/** The number of partitions that a topic has; `otherwise` where it does not exist yet. */
export async function partitionsOf(log: Log, topic: string, otherwise: number): Promise<number> {
  return (await log.topics()).find(({ name }) => name === topic)?.partitions ?? otherwise;
}
