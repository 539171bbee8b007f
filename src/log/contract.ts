import { afterEach, beforeEach, describe } from 'vitest';
import { groupContract } from './contract-groups.ts';
import type { LogHarness, Subject } from './contract-harness.ts';
import { readingContract } from './contract-reading.ts';
import { topicContract } from './contract-topics.ts';

export type { LogHarness } from './contract-harness.ts';

/** The tests that every adapter of the log passes. `open` is called before each test, and what it gives is closed after it. */
export function logContract(name: string, open: () => Promise<LogHarness>): void {
  describe(`the log contract: ${name}`, () => {
    let harness: LogHarness | undefined;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(async () => {
      await harness?.close();
      harness = undefined;
    });
    const subject: Subject = () => {
      if (harness === undefined) throw new Error('the contract is used outside of a test');
      return harness;
    };
    topicContract(subject);
    readingContract(subject);
    groupContract(subject);
  });
}
