import { isDeepStrictEqual } from 'node:util';
import { type Descriptor, parseDescriptor } from '../../datasets/descriptor.ts';
import { type DatasetDescriptor, datasetDescriptorSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { physicalName } from '../engine/topic.ts';
import type { Log } from '../log/log.ts';

export class DescriptorChangedError extends Error {
  override readonly name = 'DescriptorChangedError';
}

// The descriptors of a shop's datasets are on the log like everything else, so that `ebb run` anywhere knows them.
const topicOf = (shop: string): string => physicalName(shop, 'datasets');

/** The datasets that have been replayed into a shop, by name. */
export async function descriptorsOf(log: Log, registry: Registry, shop: string): Promise<readonly Descriptor[]> {
  const name = topicOf(shop);
  if (!(await log.topics()).some((topic) => topic.name === name)) return [];
  const serde = await openSerde<DatasetDescriptor>(registry, `${name}-value`, datasetDescriptorSchema);
  const found = new Map<string, Descriptor>();
  for await (const { records } of log.read({ topic: name, from: 'start', to: 'end' })) {
    await serde.prepare(records.map(({ value }) => value));
    for (const { value } of records) {
      if (value === null) continue;
      const kept = serde.decode(value);
      found.set(kept.name, parseDescriptor(JSON.parse(kept.descriptor), `${kept.name} of shop ${shop}`));
    }
  }
  return [...found.values()];
}

/**
 * Notes a dataset's descriptor, unless it is there as it is.
 * @throws DescriptorChangedError when rows have been taken in by one that means something else: they would stay as they are
 */
export async function keepDescriptor(
  log: Log,
  registry: Registry,
  shop: string,
  descriptor: Descriptor,
): Promise<void> {
  const name = topicOf(shop);
  const text = JSON.stringify(descriptor);
  const known = (await descriptorsOf(log, registry, shop)).find((one) => one.name === descriptor.name);
  if (known !== undefined && JSON.stringify(known) === text) return;
  if (known !== undefined && !isDeepStrictEqual(meaningOf(known), meaningOf(descriptor))) {
    const raw = physicalName(shop, `raw.${descriptor.name}`);
    const taken = (await log.topics()).find((topic) => topic.name === raw);
    if (taken?.offsets.some(({ end }) => end > 0) === true)
      throw new DescriptorChangedError(
        `${descriptor.name} was replayed into shop ${shop} with another descriptor, and its rows stay as that one read them: \`ebb reset --shop ${shop} --all --yes\` and replay to start over, or give the descriptor another name, or another --shop`,
      );
  }
  await log.create([{ name, partitions: 1, cleanup: 'compact' }]);
  const serde = await openSerde<DatasetDescriptor>(registry, `${name}-value`, datasetDescriptorSchema);
  const value = serde.encode({ name: descriptor.name, descriptor: text });
  await log.append([{ topic: name, partition: 0, records: [{ key: Buffer.from(descriptor.name), value }] }]);
}

/** As kept, without what is for people only. */
function meaningOf(descriptor: Descriptor): unknown {
  return JSON.parse(JSON.stringify({ ...descriptor, title: '' }));
}
