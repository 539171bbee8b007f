import kafkajs, { type Admin } from 'kafkajs';
import { type Brokers, socketFactory } from './connection.ts';
import { asLogError } from './failure.ts';
import { patiently } from './patience.ts';

/** ms that an administrator's request may take while a cluster changes. */
const patience = 20_000;

/** kafkajs's client for topics, configurations and groups, connected when it is first needed. */
export class Administrator implements AsyncDisposable {
  readonly #admin: Admin;
  #connected: Promise<void> | undefined;

  constructor({ brokers, ...access }: Brokers) {
    const logLevel = kafkajs.logLevel.NOTHING;
    const kafka = new kafkajs.Kafka({ ...access, brokers: [...brokers], socketFactory, logLevel });
    this.#admin = kafka.admin({ retry: { initialRetryTime: 50, retries: 4 } });
  }

  /** Asks, and again while the cluster does not answer. @throws LogError */
  ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    const asked = async (): Promise<T> => {
      this.#connected ??= this.#admin.connect();
      try {
        await this.#connected;
      } catch (error) {
        this.#connected = undefined;
        throw error;
      }
      try {
        return await question(this.#admin);
      } catch (error) {
        throw asLogError(firstOf(error), doing);
      }
    };
    return patiently(doing, asked, { patience });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#connected !== undefined) await this.#admin.disconnect();
  }
}

/** kafkajs collects the errors of several topics into one. */
function firstOf(error: unknown): unknown {
  const several = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return several[0] ?? error;
}
