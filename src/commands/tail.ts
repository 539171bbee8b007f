import { type Command, Option } from 'commander';
import { openDecoder } from '../../connectors/sinks/decode.ts';
import { isTick } from '../engine/tick.ts';
import { physicalName } from '../engine/topic.ts';
import { configOf, untilSignalled, wholeNumber, withCommon } from './command.ts';
import { plain } from './plain.ts';
import { topicsOfShop } from './shops.ts';
import { dim } from './terminal.ts';
import { readVersions } from './versions.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

class UnknownTopicError extends Error {
  override readonly name = 'UnknownTopicError';
}

interface TailFlags {
  readonly from: 'start' | 'end';
  readonly limit?: number;
  readonly json?: boolean;
  readonly ticks?: boolean;
}

export function tailCommand(program: Command): void {
  withCommon(program.command('tail'), { shop: 'demo' })
    .description('print the records of a topic as they come')
    .argument('<topic>', 'name within the shop, such as events or category-metrics')
    .addOption(new Option('--from <where>', 'end: what comes from now on').choices(['start', 'end']).default('end'))
    .option('--limit <n>', 'stop after so many', wholeNumber)
    .option('--ticks', 'also the ticks')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb tail client-profiles --shop demo\n  ebb tail events --from start --limit 3 --json',
    )
    .action(async (name: string, flags: TailFlags) => {
      const config = configOf({ ...flags });
      const shop = config.shop ?? 'demo';
      await using place = await openWorkplace(config, 'existing');
      const topic = await findTopic(place, shop, name);
      const stop = untilSignalled();
      const decode = openDecoder(place.registry, undefined);
      let left = flags.limit ?? Number.POSITIVE_INFINITY;
      if (left === 0) return;
      // With a limit from the start, the end of the log is an end too: nobody is left waiting in a script.
      const bounded = flags.from === 'start' && flags.limit !== undefined;
      for await (const batch of place.log.read({
        topic,
        from: flags.from,
        signal: stop,
        ...(bounded ? { to: 'end' as const } : {}),
      })) {
        const wanted = flags.ticks === true ? batch.records : batch.records.filter((record) => !isTick(record));
        for (const one of wanted.slice(0, left)) {
          // By itself: what is beside it on a state topic has another schema.
          const { records, refused } = await decode([one]);
          for (const { record, code, reason } of refused) {
            left--;
            console.error(`${batch.partition}/${record.offset} ${code}: ${reason}`);
          }
          for (const { offset, key, value } of records) {
            left--;
            const record = { partition: batch.partition, offset, key, value };
            console.log(
              flags.json === true
                ? JSON.stringify(record, plain)
                : `${dim(`${batch.partition}/${offset}`, process.stdout)} ${key ?? '–'} ${JSON.stringify(value, plain)}`,
            );
          }
        }
        if (left <= 0) return;
      }
    });
}

/** Of a topology's results those of the version that everybody reads, unless the name says otherwise (`sessions.v2`, `demo.sessions`). */
async function findTopic({ log, registry }: Workplace, shop: string, name: string): Promise<string> {
  const names = (await log.topics()).map((topic) => topic.name);
  const { topics } = await readVersions(log, registry, shop);
  const read = physicalName(shop, name, topics.get(name));
  const found = names.find((topic) => topic === read) ?? names.find((topic) => topic === name);
  if (found !== undefined) return found;
  const mine = await topicsOfShop(log, shop);
  throw new UnknownTopicError(`shop ${shop} has no topic ${name}: the names are ${mine.join(', ')}`);
}
