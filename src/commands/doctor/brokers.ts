import { type Config, ConfigError } from '../../config.ts';
import { LogError } from '../../log/log.ts';
import { kafkaOptions } from '../cluster-options.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Partitions named in a finding; there may be thousands. */
const named = 5;

/** Whether brokers answer, how many there are, and whether every partition can be read, written and survives one of them. */
export const brokersAnswer: Check<Config> = {
  name: 'brokers',
  async run(config) {
    if (config.brokers === undefined) throw new ConfigError('no brokers are given');
    const { clusterHealth } = await import('../../log/kafka/cluster-health.ts');
    const health = await clusterHealth(kafkaOptions(config, config.brokers)).catch((error: unknown) => {
      if (error instanceof LogError) return error;
      throw error;
    });
    if (health instanceof LogError) return fail(health.message, todoOf(health, config.brokers));
    const { brokers, partitions, leaderless, underReplicated } = health;
    const many = brokers.length === 1 ? 'one broker answers' : `${brokers.length} brokers answer`;
    const there = `${many} (${brokers.join(', ')}), ${partitions} partitions`;
    if (leaderless.length > 0)
      return fail(
        `${there}; ${list(leaderless)} without a leader`,
        'start the brokers that have them: nobody can read or write them until then',
      );
    if (underReplicated.length > 0)
      return warn(
        `${there}; ${list(underReplicated)} not in sync on every replica`,
        'see whether a broker is down; with one more lost, writing stops',
      );
    if (brokers.length < 3) return warn(there, 'three brokers or more keep what is written when one is lost');
    return ok(there);
  },
};

function todoOf({ code }: LogError, brokers: readonly string[]): string {
  return code === 'REFUSED'
    ? 'look at the login, TLS and permissions that were given (README, "On Kafka")'
    : `see that Kafka runs at ${brokers.join(', ')}, or give other addresses with --brokers; ebb stack up starts one here`;
}

function list(partitions: readonly string[]): string {
  const more = partitions.length > named ? ` and ${partitions.length - named} more` : '';
  return `${partitions.slice(0, named).join(', ')}${more}`;
}
