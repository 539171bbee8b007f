import { z } from 'zod';

/** What is wrong with one place of a request. */
export interface Issue {
  /** Where, such as `query.limit` or `events[3].amount`. */
  readonly path: string;
  /** What was expected there, and what came. */
  readonly message: string;
  /** Of the event, in a batch of them. */
  readonly index?: number;
}

export const issueShape = z.strictObject({
  path: z.string(),
  message: z.string(),
  index: z.int().optional().describe('Of the event, in a batch of them.'),
});

/** The body of every answer that is not 2xx. */
export const failureShape = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('Stable, for programs.'),
    message: z.string().describe('For people: what is wrong, and what to do.'),
    issues: z.array(issueShape).optional().describe('Which places of the request are wrong.'),
  }),
});

export type FailureBody = z.infer<typeof failureShape>;

export interface FailureOptions extends ErrorOptions {
  readonly issues?: readonly Issue[];
  /** Seconds after which the same request may do. */
  readonly retryAfter?: number;
}

/** A request that is answered with an error. What it says is for its sender: nothing of our insides. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  readonly code: string;
  readonly issues: readonly Issue[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, options: FailureOptions = {}) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.issues = options.issues;
    this.retryAfter = options.retryAfter;
  }

  get body(): FailureBody {
    const { code, message, issues } = this;
    return { error: { code, message, ...(issues === undefined ? {} : { issues: [...issues] }) } };
  }
}
