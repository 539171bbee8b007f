import kafkajs, { type Admin } from 'kafkajs';
import type { Brokers } from './connection.ts';
import { asLogError, kindOf } from './failure.ts';
import { type Patience, patiently } from './patience.ts';
import { socketFactory } from './socket.ts';

const usualPatience = 40_000;

/** kafkajs's client for topics, configurations and groups, connected when it is first needed. */
export class Administrator implements AsyncDisposable {
  readonly #access: Brokers;
  readonly #patience: Patience;
  #admin: Admin | undefined;
  #tries = 0;

  /** @param patience that a request has while a cluster changes, and what ends it at once */
  constructor(access: Brokers, patience: Partial<Patience> = {}) {
    this.#access = access;
    this.#patience = { patience: usualPatience, ...patience };
  }

  /** Asks, and again while the cluster does not answer. @throws LogError */
  ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    const asked = async (): Promise<T> => {
      const admin = this.#admin ?? this.#newAdmin();
      try {
        await admin.connect();
        return await question(admin);
      } catch (error) {
        const failure = firstOf(error);
        // One that hangs takes connections, and kafkajs stays with it.
        if (kindOf(failure)?.startsWith('KafkaJS') === true && this.#admin === admin) {
          this.#admin = undefined;
          admin.disconnect().catch(() => {});
        }
        throw asLogError(failure, doing);
      }
    };
    return patiently(doing, asked, this.#patience);
  }

  /** Begins with another broker than the last one did. */
  #newAdmin(): Admin {
    const { brokers, ...access } = this.#access;
    const first = this.#tries++ % brokers.length;
    const kafka = new kafkajs.Kafka({
      ...access,
      brokers: [...brokers.slice(first), ...brokers.slice(0, first)],
      socketFactory,
      requestTimeout: 6_000,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    this.#admin = kafka.admin({ retry: { initialRetryTime: 50, retries: 1 } });
    return this.#admin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin?.disconnect();
  }
}

/** kafkajs collects the errors of several topics into one. */
function firstOf(error: unknown): unknown {
  const several = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return several[0] ?? error;
}
