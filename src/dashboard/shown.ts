/** What the dashboard's server and its page tell each other. Types only, so that the page's modules need nothing of the server's. */

/** A column or a kind of event that a shop's data have or lack. `hour`: times are more precise than days. */
export type Dimension = 'hour' | 'category' | 'customer' | 'payment' | 'gender' | 'age' | 'returns' | 'views' | 'carts';

/** How far the views without a range of their own reach back. */
export type RangeName = '1d' | '7d' | '28d' | '90d' | '365d' | 'all';

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** Where a shop stands. Times are UTC epoch milliseconds. */
export interface ShopState {
  readonly shop: string;
  /** IANA name of the zone in which its hours and days are. */
  readonly zone: string;
  /** ISO 4217, `null` where its data have none or several; and the digits of its minor unit. */
  readonly currency: string | null;
  readonly digits: number;
  /** The watermark of its events; `null` before there is one. */
  readonly now: number | null;
  /** Time of the oldest event. */
  readonly first: number | null;
  readonly has: readonly Dimension[];
  /** Records of the log that are in the numbers, and how many there are. */
  readonly read: number;
  readonly toRead: number;
  /** The numbers are of now, as far as the log goes: until then panels are not asked. */
  readonly ready: boolean;
}

/** One answer of SQL, over `from` ≤ time < `to`. */
export interface PanelResult {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly Row[];
  /** What it needs and the shop's data lack: then it has no rows, and shows that. */
  readonly lacks: readonly Dimension[];
  /** What some of its columns or rows need and the data lack. */
  readonly partly: readonly Dimension[];
  /** Rows that are not told, as they are of groups of too few customers. */
  readonly hidden: number;
}

/** Rows of the queries of `sql/customer/`. */
export interface CustomerStory {
  readonly customer: string;
  readonly profile: Row | null;
  readonly score: Row | null;
  readonly events: readonly Row[];
  readonly predictions: readonly Row[];
}

/** What runs in a shop, and how far it has come. Everything but `at` is counted since the log was made. */
export interface PipelineState {
  /** Wall clock, ms: two of them make a rate. */
  readonly at: number;
  readonly topics: readonly TopicState[];
  readonly topologies: readonly TopologyState[];
  readonly sinks: readonly SinkState[];
}

export interface TopicState {
  /** Within the shop. */
  readonly name: string;
  /** Offsets given out, over its partitions. */
  readonly end: number;
  /** Event time up to which its writers have ticked; `null` where nobody ticks. */
  readonly watermark: number | null;
}

export interface TopologyState {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly from: readonly string[];
  /** Read whole by every task. */
  readonly broadcast: readonly string[];
  readonly to: readonly string[];
  /** Offsets committed, and those not yet read. */
  readonly read: number;
  readonly lag: number;
  readonly late: number;
  readonly dead: number;
  /** Who runs it, and the partition numbers of each. */
  readonly processes: readonly { readonly name: string; readonly partitions: readonly number[] }[];
}

export interface SinkState {
  readonly name: string;
  readonly topics: readonly string[];
  readonly written: number;
  readonly lag: number;
  readonly processes: readonly string[];
  /** The last trouble that it had. */
  readonly trouble: string | null;
}

/** A record that somebody refused. */
export interface RefusedRecord {
  /** `<topic within the shop>/<partition>/<offset>`. */
  readonly id: string;
  readonly letters: readonly { readonly topology: string; readonly code: string; readonly message: string }[];
  /** When it was sent again, UTC epoch milliseconds; `null`: it was not. */
  readonly resentAt: number | null;
  /** What it holds; `null` where it cannot be read. */
  readonly value: unknown;
}

/** Where a record went: what it became, in order. */
export interface RecordStory {
  readonly eventId: string;
  readonly outcome: string;
  /** The outcome in a sentence. */
  readonly why: string;
  readonly steps: readonly {
    readonly what: string;
    /** `topic partition/offset`, or the name of a table or file. */
    readonly where: string;
    readonly fields: Readonly<Record<string, string>>;
  }[];
}
