import type { Command } from 'commander';
import { partitionsOf } from '../../connectors/sources/partitions.ts';
import type { Descriptor } from '../../datasets/descriptor.ts';
import { loadDescriptor } from '../../datasets/load.ts';
import { deliveriesTopic, rawTopic } from '../../datasets/raw.ts';
import { topics } from '../../schemas/topics.ts';
import { openSerde } from '../avro/serde.ts';
import { tickCodec } from '../engine/tick.ts';
import { physicalName, type Topic } from '../engine/topic.ts';
import { configOf, withCommon } from './command.ts';
import { keepDescriptor } from './descriptors.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

interface CreateFlags {
  readonly dataset?: string;
  readonly json?: boolean;
}

/** A topic that was made, or was there. */
export interface Created {
  readonly topic: string;
  readonly partitions: number;
  /** Under which the registry has its schema, and the schema's id there. */
  readonly subject: string;
  readonly schemaId: number;
}

export function topicsCreateCommand(parent: Command): void {
  withCommon(parent.command('create'), { shop: 'the name of the dataset, or demo' })
    .description('make the topics that others write, such as NiFi, and register their schemas')
    .option('--dataset <name|file>', 'its raw rows, in files that others deliver; without it, synthetic.transactions')
    .option('--partitions <n>', 'partitions of topics that do not exist yet (default 4)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  ebb topics create --dataset online-retail\n  ebb topics create --shop demo')
    .action(async ({ dataset, json, ...flags }: CreateFlags) => {
      const descriptor = dataset === undefined ? undefined : await loadDescriptor(dataset);
      const config = configOf(flags);
      await using place = await openWorkplace(config);
      const shop = config.shop ?? descriptor?.name ?? 'demo';
      const created = await createFor(place, shop, descriptor);
      if (json === true) console.log(JSON.stringify(created));
      else
        for (const { topic, partitions, subject, schemaId } of created)
          console.log(
            `${topic}: ${partitions} partition${partitions === 1 ? '' : 's'}; ${subject} has schema ${schemaId}`,
          );
      console.error(`A running \`ebb run --shop ${shop}\` reads them once it has been started anew.`);
    });
}

/**
 * Makes what outsiders need to write a dataset's files, or the transactions of a stream: the topic and the schema of its values.
 * From then on the shop expects them to deliver at least once and without ticks.
 * @throws LogError, AvroError, DescriptorChangedError
 */
export async function createFor(
  place: Workplace,
  shop: string,
  descriptor: Descriptor | undefined,
): Promise<readonly Created[]> {
  if (descriptor === undefined) return [await create(place, shop, topics.syntheticTransactions)];
  await keepDescriptor(place.log, place.registry, shop, descriptor);
  return [await create(place, shop, rawTopic(descriptor)), await create(place, shop, deliveriesTopic(descriptor), 1)];
}

async function create<T>(
  { log, registry, config }: Workplace,
  shop: string,
  topic: Topic<T>,
  parts?: number,
): Promise<Created> {
  const name = physicalName(shop, topic.name);
  const partitions = parts ?? (await partitionsOf(log, name, config.partitions));
  await log.create([{ name, partitions, cleanup: topic.cleanup }]);
  const subject = `${name}-value`;
  const { id } = await openSerde(registry, subject, topic.schema);
  if (topic.ticked) await tickCodec(registry, name);
  return { topic: name, partitions, subject, schemaId: id };
}
