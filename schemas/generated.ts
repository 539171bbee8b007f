// Generated from schemas/*.avsc by `npm run generate-types`: change the schema, not this file.

import type { RecordSchema } from '../src/engine/topic.ts';

/** A category's hour. */
export interface CategoryMetric {
  readonly category: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly transactions: number;
  readonly uniqueCustomers: number;
  /** In minor units. */
  readonly revenue: number;
  readonly minPrice: number | null;
  /** Mean unit price of the purchases, in minor units. */
  readonly avgPrice: number | null;
  readonly maxPrice: number | null;
  readonly quantity: number;
  readonly returns: number;
  /** The watermark has passed the window's end and grace. */
  readonly complete: boolean;
}

/** One partition's cumulative share of a category's hour. */
export interface CategoryPartial {
  readonly category: string;
  /** The partition that counted it. */
  readonly part: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  /** PURCHASE events. */
  readonly transactions: number;
  /** Sum of their amounts, in minor units. */
  readonly revenue: number;
  /** Units bought. */
  readonly quantity: number;
  /** RETURN events, and purchases flagged as returned. */
  readonly returns: number;
  /** Purchases that have a unit price. */
  readonly priced: number;
  /** Sum of their unit prices, in minor units. */
  readonly priceSum: number;
  readonly minPrice: number | null;
  readonly maxPrice: number | null;
  /** Distinct customers among the purchases. */
  readonly customers: number;
}

/** How prices, quantities and amounts of a category's week are spread, and how they go together. */
export interface CategoryStatistic {
  readonly category: string;
  /** A Monday, 0:00 UTC. */
  readonly windowStart: number;
  readonly windowEnd: number;
  /** PURCHASE events; the rest is of these. */
  readonly purchases: number;
  /** In minor units. */
  readonly priceMean: number | null;
  /** Standard deviation, as of a sample. */
  readonly priceDeviation: number | null;
  readonly priceLowerQuartile: number | null;
  readonly priceMedian: number | null;
  readonly priceUpperQuartile: number | null;
  readonly quantityMean: number | null;
  /** Standard deviation, as of a sample. */
  readonly quantityDeviation: number | null;
  readonly quantityLowerQuartile: number | null;
  readonly quantityMedian: number | null;
  readonly quantityUpperQuartile: number | null;
  /** In minor units. */
  readonly amountMean: number | null;
  /** Standard deviation, as of a sample. */
  readonly amountDeviation: number | null;
  readonly amountLowerQuartile: number | null;
  readonly amountMedian: number | null;
  readonly amountUpperQuartile: number | null;
  /** Pearson's correlation; null where one does not vary. */
  readonly priceQuantityCorrelation: number | null;
  readonly priceAmountCorrelation: number | null;
  readonly quantityAmountCorrelation: number | null;
  readonly ageAmountCorrelation: number | null;
  /** How far quartiles may be off, relative to themselves; 0: exact. */
  readonly quartileError: number;
  /** The watermark has passed the window's end and grace. */
  readonly complete: boolean;
}

export type ExampleTrigger = 'GRID' | 'PURCHASE';

/** What was known of a customer at the end of a local day, and whether they bought in the days after: what churn models learn from. */
export interface ChurnExample {
  readonly customerId: string;
  /** YYYY-MM-DD in the shop's time zone. Nothing of a later day is in the features. */
  readonly asOf: string;
  /** GRID: the last day of a month. PURCHASE: a day on which the customer bought; one that ends a month gives an example of each. */
  readonly trigger: ExampleTrigger;
  readonly horizonDays: number;
  /** 1: no purchase in the horizonDays days after asOf. 0: at least one. */
  readonly label: number;
  /** When the label became final: the end of the horizon's last day. */
  readonly time: number;
  /** Bought within the last 180 days: count180 > 0. */
  readonly active180: boolean;
  /** Days since the last purchase. */
  readonly recency: number;
  /** Days on which something was bought so far: purchases of one day are one. */
  readonly frequency: number;
  /** Spent in all, gross. Money is in units of the currency, not in minor ones. */
  readonly monetarySum: number;
  /** Spent per day of purchase. */
  readonly monetaryMean: number;
  /** Days since the first purchase. */
  readonly tenure: number;
  /** Mean of the days from one purchase to the next; of one purchase only, its tenure, 1 at least. */
  readonly gapMean: number;
  /** Their standard deviation as of a population; 0 for fewer than two gaps. */
  readonly gapSd: number;
  /** recency / max(gapMean, 1). */
  readonly recencyOverGap: number;
  /** Days of purchase among the last 30, asOf included. */
  readonly count30: number;
  readonly count90: number;
  readonly count180: number;
  readonly spend30: number;
  readonly spend90: number;
  readonly spend180: number;
  /** Days of purchase among the last 90, less those among the 90 before. */
  readonly trend90: number;
  /** Units per day of purchase. */
  readonly quantityMean: number;
}

export type ModelRole = 'CHAMPION' | 'CHALLENGER' | 'RETIRED';

export type ModelKind = 'logistic_regression' | 'decision_tree' | 'random_forest' | 'linear_svc';

export type TrainingEngine = 'fast' | 'mljs';

export type ColumnTransform = 'log1p' | 'signed_log1p';

export interface ScaledColumn {
  readonly name: string;
  readonly transform: ColumnTransform;
  readonly mean: number;
  readonly deviation: number;
}

export interface LinearModel {
  readonly scaler: readonly ScaledColumn[];
  readonly weights: readonly number[];
  readonly intercept: number;
}

export interface TreeModel {
  readonly roots: readonly number[];
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly value: readonly number[];
}

export type CalibrationKind = 'none' | 'platt' | 'isotonic';

/** From a raw score to a probability. */
export interface ModelCalibration {
  readonly kind: CalibrationKind;
  /** Of platt. */
  readonly slope: number | null;
  /** Of platt. */
  readonly offset: number | null;
  /** Knots of isotonic. */
  readonly raw: readonly number[];
  /** Of each knot. */
  readonly probability: readonly number[];
}

export interface TrainedPosition {
  /** Name on the log. */
  readonly topic: string;
  readonly partition: number;
  /** The first that it has not seen. */
  readonly offset: number;
}

/** What it learnt from. */
export interface TrainedOn {
  readonly positions: readonly TrainedPosition[];
  /** First local day of which there were examples, YYYY-MM-DD. */
  readonly from: string;
  /** Last one. */
  readonly until: string;
  /** Local day whose examples it was calibrated on. */
  readonly calibratedOn: string | null;
}

/** How the same recipe did on examples of a later day than it had learnt from. */
export interface ModelEvaluation {
  /** Of the model that was tested. */
  readonly version: string;
  /** Local day, YYYY-MM-DD. */
  readonly testedOn: string;
  readonly rows: number;
  readonly auc: number | null;
  readonly aucActive180: number | null;
  readonly brier: number | null;
  readonly logLoss: number | null;
  readonly calibrationError: number | null;
  /** Customers count as churned from this probability on; chosen on the calibration examples. */
  readonly threshold: number | null;
}

/** A trained model, and what it is used for from a moment on. Whoever changes its role appends it again with that moment. */
export interface ChurnModel {
  /** Names the model: the same in all of its records. */
  readonly version: string;
  /** CHAMPION: its scores are the shop's, until a later one is. CHALLENGER: scores beside it, to be compared. RETIRED: not used. */
  readonly role: ModelRole;
  /** From when on it has this role. */
  readonly inForceFrom: number;
  /** Why it may not score customers alone, for people; null: it may. */
  readonly objection: string | null;
  readonly kind: ModelKind;
  readonly engine: TrainingEngine;
  /** It tells how likely no purchase is in so many days. */
  readonly horizonDays: number;
  /** Names of the features that it sees, in order. */
  readonly columns: readonly string[];
  /** Of a linear model. */
  readonly linear: LinearModel | null;
  /** Of a decision tree or a forest. */
  readonly trees: TreeModel | null;
  readonly calibration: ModelCalibration;
  /** Of the trainer's random numbers. */
  readonly seed: number;
  /** Examples that it learnt from. */
  readonly rows: number;
  readonly trainedOn: TrainedOn;
  readonly evaluation: ModelEvaluation | null;
}

/** A prediction, and what came of it. */
export interface ChurnOutcome {
  readonly customerId: string;
  /** Local day of the prediction, YYYY-MM-DD. */
  readonly asOf: string;
  /** Its month, YYYY-MM. */
  readonly month: string;
  readonly trigger: ExampleTrigger;
  /** Kind of the model that predicted. */
  readonly model: string;
  readonly version: string;
  /** When it predicted. */
  readonly role: ModelRole;
  readonly probability: number;
  /** 1: no purchase in the horizon. 0: at least one. */
  readonly label: number;
  readonly horizonDays: number;
  /** Had bought within 180 days. */
  readonly active180: boolean;
  /** Days since the last purchase, at asOf. */
  readonly recency: number;
  /** Days of purchase until then. */
  readonly frequency: number;
  /** Days since the first purchase. */
  readonly tenure: number;
  /** The end of the horizon. */
  readonly time: number;
}

/** What a model said of a customer at the end of a local day, before anybody knew. */
export interface ChurnPrediction {
  readonly customerId: string;
  /** Local day, YYYY-MM-DD. Nothing of a later day was known. */
  readonly asOf: string;
  /** GRID: the last day of a month. PURCHASE: a day of purchase. As of churn examples. */
  readonly trigger: ExampleTrigger;
  /** The end of that day. */
  readonly time: number;
  /** Its kind. */
  readonly model: string;
  readonly version: string;
  /** When it said so. */
  readonly role: ModelRole;
  /** Of no purchase in the horizon. */
  readonly probability: number;
  readonly horizonDays: number;
}

export type ScoreTrigger = 'PURCHASE' | 'SILENCE' | 'GRID';

export type Band = 'LOST' | 'AT_RISK' | 'WATCH' | 'LOW' | 'UNSCORED';

export interface ScoreReason {
  /** Family of features; NO_MODEL where there is no score. */
  readonly code: string;
  /** To the score before calibration, in log-odds against the mean of the training examples; above 0 makes churn likelier. */
  readonly contribution: number;
  /** Facts, no causes. */
  readonly text: string;
}

/** How likely a customer is to churn, as of the newest score. */
export interface ChurnScore {
  readonly customerId: string;
  /** Local day of which the features are, YYYY-MM-DD. */
  readonly asOf: string;
  /** Why it was scored then. */
  readonly trigger: ScoreTrigger;
  /** When it was scored, by event time: at a purchase, or at the end of a day. */
  readonly time: number;
  /** Of no purchase in the horizon; null: no model was in force. */
  readonly probability: number | null;
  /** LOW, WATCH from .3 on, AT_RISK from .6 on, LOST from .85 on. */
  readonly band: Band;
  /** Kind of the model. */
  readonly model: string | null;
  readonly version: string | null;
  readonly horizonDays: number | null;
  /** The greatest contribution first. */
  readonly reasons: readonly ScoreReason[];
  /** Probability as of the day of the score before. */
  readonly previous: number | null;
  /** Change since then; above 0 is worse. */
  readonly trend: number | null;
  /** Days since the last purchase. */
  readonly recency: number;
  /** Days of purchase. */
  readonly frequency: number;
  /** Has bought within 180 days. */
  readonly active180: boolean;
  /** In the horizon if the customer stays, in minor units: as much as since the first purchase, per horizon. */
  readonly expectedSpend: number;
  /** What of it is lost to churn, on average: probability × expectedSpend. Null for who has not bought within 180 days, and without a score. */
  readonly expectedLoss: number | null;
  readonly currency: string;
  /** Of the topic of events. */
  readonly partition: number;
  /** Of the newest purchase that is known in this score. */
  readonly offset: number;
}

/** What is known of a customer. */
export interface ClientProfile {
  readonly customerId: string;
  /** PURCHASE events. */
  readonly purchases: number;
  /** Distinct orders. */
  readonly orders: number;
  /** In minor units. */
  readonly spend: number;
  /** Spend per order, in minor units. */
  readonly averageBasket: number | null;
  /** Mean unit price, in minor units. */
  readonly averagePrice: number | null;
  readonly quantity: number;
  readonly returns: number;
  /** Used most often; ties by name. */
  readonly preferredPayment: string | null;
  /** Bought most often; ties by name. */
  readonly favouriteCategory: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly firstPurchase: number | null;
  readonly lastPurchase: number | null;
  /** As last stated. */
  readonly gender: string | null;
  /** As last stated. */
  readonly age: number | null;
  /** As last stated. */
  readonly country: string | null;
  readonly currency: string;
}

/** What the columns of a dataset mean, as the shop replayed it: on the log, so that every process knows it. */
export interface DatasetDescriptor {
  readonly name: string;
  /** JSON; datasets/descriptor.ts */
  readonly descriptor: string;
}

/** A record that does not decode or breaks a rule, with the reason and its bytes. */
export interface DeadLetter {
  readonly topology: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly message: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A file that another writer than Ebb puts into a raw topic, such as NiFi, and how much of it is there. */
export interface Delivery {
  /** `_file` of its rows. */
  readonly file: string;
  readonly dataset: string;
  /** Rows that are there, each once. */
  readonly rows: number;
  /** Rows that its writer says it has. */
  readonly of: number;
  /** Greatest event time so far. */
  readonly greatest: number | null;
  readonly complete: boolean;
  /** Offsets of the raw topic, by partition: whoever takes over need not read what comes before. */
  readonly resume: readonly number[];
}

export type Kind = 'PURCHASE' | 'RETURN' | 'VIEW' | 'CART';

/** What happened in a shop, in one shape whatever source it came from. */
export interface Event {
  /** A pure function of where the row came from (dataset, file fingerprint, row number), or the producer's own id. */
  readonly eventId: string;
  /** null: anonymous. */
  readonly customerId: string | null;
  readonly kind: Kind;
  readonly time: number;
  /** null: the event is an order by itself. */
  readonly orderId: string | null;
  readonly product: string | null;
  readonly category: string | null;
  /** In minor units; null where the data have none. */
  readonly unitPrice: number | null;
  /** Negative on a RETURN row whose source counts down. */
  readonly quantity: number;
  /** In minor units, gross; signed as quantity is. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly paymentMethod: string | null;
  readonly gender: string | null;
  readonly age: number | null;
  readonly country: string | null;
  /** Whether this purchase came back; null: unknown. */
  readonly returned: boolean | null;
  /** YYYY-MM-DD in the shop's time zone. */
  readonly localDate: string;
  /** 0 to 23 in the shop's time zone. */
  readonly localHour: number;
  /** Which descriptor read it. */
  readonly dataset: string;
  /** Fingerprint of the file, where it came from one. */
  readonly file: string | null;
  /** Row number in that file, from 1; for an outsider's record, its offset. */
  readonly row: number | null;
}

/** Which records a sink's file holds; committed before the file is written, so that a crash repeats the same file. */
export interface FileBoundary {
  readonly sink: string;
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  /** Inclusive. */
  readonly lastOffset: number;
  /** Format of the files and what a folder spans, such as parquet/day: the same range put again in another layout would be there twice. Empty where it was not noted. */
  readonly layout: string;
}

/** A record whose window had closed when it came. */
export interface LateRecord {
  readonly topology: string;
  /** The window that refused it. */
  readonly store: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The window's key. */
  readonly key: string;
  /** The record's event time. */
  readonly time: number;
  readonly windowStart: number | null;
  readonly windowEnd: number | null;
  /** The watermark it came behind. */
  readonly watermark: number;
  readonly reason: string;
  readonly value: Buffer | null;
}

/** How well a model, or a baseline beside it, told live who would leave: what it said of every customer at the end of a month, against what came. */
export interface ModelMetric {
  /** Kind of the model; baselines: bg_nbd, recency. */
  readonly model: string;
  /** Of a baseline the day, as it learns from no labels. */
  readonly version: string;
  /** YYYY-MM, at whose end it predicted. */
  readonly month: string;
  /** When it predicted; null for a baseline. */
  readonly role: ModelRole | null;
  readonly horizonDays: number;
  /** When what came of it was known: the end of the horizon. */
  readonly time: number;
  /** Customers. */
  readonly testedRows: number;
  /** Share of them that left. */
  readonly churned: number | null;
  /** Of them with a purchase in the 180 days before. */
  readonly activeRows: number;
  /** Chance that one who left scored above one who stayed; null where there are not both. */
  readonly auc: number | null;
  /** 95 % interval by bootstrap of customers, as of the next three. */
  readonly aucLow: number | null;
  readonly aucHigh: number | null;
  /** The same among customers with a purchase in the 180 days before. */
  readonly aucActive180: number | null;
  readonly aucActive180Low: number | null;
  readonly aucActive180High: number | null;
  /** In nats; null for scores that are no probabilities, as all that follow. */
  readonly logLoss: number | null;
  readonly logLossLow: number | null;
  readonly logLossHigh: number | null;
  /** Mean squared error of the probabilities. */
  readonly brier: number | null;
  readonly brierLow: number | null;
  readonly brierHigh: number | null;
  /** Ten bins of equal count: mean distance of probability and share that left. */
  readonly calibrationError: number | null;
  /** What chance alone makes of it for perfect probabilities. */
  readonly calibrationErrorFloor: number | null;
}

/** How well a churn model, or a baseline beside it, told those who left from those who stayed, on a day that nothing was fitted to. */
export interface ModelResult {
  /** logistic_regression, decision_tree, random_forest, linear_svc; baselines: bg_nbd, recency. */
  readonly model: string;
  /** Of the model that was tested. */
  readonly version: string;
  /** YYYY-MM-DD: the last day on which customers were looked at to learn. */
  readonly trainedUntil: string;
  /** YYYY-MM-DD: the day on which all customers were scored to be tested. */
  readonly testedAt: string;
  /** Chance that one who left scored above one who stayed; null where there are not both. */
  readonly auc: number | null;
  /** The same among customers with a purchase in the 180 days before. */
  readonly aucActive180: number | null;
  /** Mean squared error of the probabilities; null for scores that are none, as the next two. */
  readonly brier: number | null;
  /** In nats. */
  readonly logLoss: number | null;
  /** Ten bins of equal count: mean distance of probability and share that left. */
  readonly calibrationError: number | null;
  /** This and the next three: calling all lost who score at the threshold or above. */
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** Chosen where the model was calibrated. */
  readonly threshold: number | null;
  /** fast, mljs; baseline where nothing learnt from labels. */
  readonly engine: string;
  /** Customers at the ends of days, and at purchases. */
  readonly trainedRows: number;
  /** To train and to calibrate. */
  readonly seconds: number;
  /** 95 % interval by bootstrap of customers. */
  readonly aucLow: number | null;
  readonly aucHigh: number | null;
  readonly aucActive180Low: number | null;
  readonly aucActive180High: number | null;
  /** What chance alone makes of it for perfect probabilities. */
  readonly calibrationErrorFloor: number | null;
  readonly testedRows: number;
  /** Share of them that left. */
  readonly churned: number | null;
  /** Of them with a purchase in the 180 days before. */
  readonly activeRows: number;
  /** Of trainedRows, those at purchases. */
  readonly trainedPurchaseRows: number;
  /** YYYY-MM-DD. */
  readonly calibratedAt: string;
  /** What was to be told: `no purchase in 90 days`, or a column of the data. */
  readonly label: string;
  /** The same recipe with what became known since, which scores customers; null where none does. */
  readonly deployedVersion: string | null;
  readonly seed: number;
}

/** An event as a program posted it to the API. */
export interface PostedEvent {
  /** Event time at which it takes its place in the stream: its own, or the watermark of the API, where that had passed it. So a repeat is near the first one, however old the event is. */
  readonly takenAt: number;
  /** By the server's clock. */
  readonly receivedAt: number;
  /** The producer's own. What has it again within an hour is a repeat. */
  readonly eventId: string;
  /** null: anonymous. */
  readonly customerId: string | null;
  readonly kind: Kind;
  readonly time: number;
  /** null: the event is an order by itself. */
  readonly orderId: string | null;
  readonly product: string | null;
  readonly category: string | null;
  /** In minor units; null where the data have none. */
  readonly unitPrice: number | null;
  /** Negative on a RETURN row whose source counts down. */
  readonly quantity: number;
  /** In minor units, gross; signed as quantity is. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly paymentMethod: string | null;
  readonly gender: string | null;
  readonly age: number | null;
  readonly country: string | null;
  /** Whether this purchase came back; null: unknown. */
  readonly returned: boolean | null;
  /** YYYY-MM-DD; null: as the shop's time zone has it. */
  readonly localDate: string | null;
  /** 0 to 23; null: as the shop's time zone has it. */
  readonly localHour: number | null;
  /** null: `posted`. */
  readonly dataset: string | null;
}

/** A dead record that was corrected and sent again, in the transaction that did so. */
export interface Resent {
  /** Where the dead record is, and where the corrected one went. */
  readonly topic: string;
  readonly partition: number;
  /** Of the dead record. */
  readonly offset: number;
  /** By the clock of who did it. */
  readonly at: number;
}

export type Dimension = 'payment_method' | 'gender' | 'age_group' | 'country';

/** A segment's hour. */
export interface SegmentMetric {
  readonly dimension: Dimension;
  readonly segment: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly transactions: number;
  readonly uniqueCustomers: number;
  readonly revenue: number;
  readonly quantity: number;
  readonly returns: number;
  readonly complete: boolean;
}

/** One partition's cumulative share of a segment's hour. */
export interface SegmentPartial {
  readonly dimension: Dimension;
  readonly segment: string;
  readonly part: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  /** PURCHASE events. */
  readonly transactions: number;
  /** Sum of their amounts, in minor units. */
  readonly revenue: number;
  /** Units bought. */
  readonly quantity: number;
  /** RETURN events, and purchases flagged as returned. */
  readonly returns: number;
  /** Distinct customers among the purchases. */
  readonly customers: number;
}

export type FunnelStep = 'VIEW' | 'CART' | 'PURCHASE';

/** A visit: events of a customer with no gap of 30 minutes, 24 hours at most. */
export interface Session {
  readonly customerId: string;
  readonly sessionStart: number;
  /** Time of its last event. */
  readonly sessionEnd: number;
  readonly views: number;
  readonly carts: number;
  readonly purchases: number;
  /** In minor units. */
  readonly revenue: number;
  /** The furthest step reached. */
  readonly funnelStep: FunnelStep;
  readonly complete: boolean;
}

/** What a sink could not do when it was last in trouble; the newest of each of its partitions. */
export interface SinkTrouble {
  readonly sink: string;
  /** Within the shop; null: the sink as a whole. */
  readonly topic: string | null;
  readonly partition: number | null;
  readonly code: string;
  readonly message: string;
  /** By the clock of the machine that said so. */
  readonly at: number;
  /** It stopped; otherwise it was tried again. */
  readonly fatal: boolean;
}

/** How far a source has been read; written in one transaction with the rows. */
export interface SourcePosition {
  readonly source: string;
  readonly dataset: string;
  /** The file's name or the stream's address. */
  readonly name: string;
  /** The source's own position, as JSON. */
  readonly position: string;
  /** Rows written so far. */
  readonly rows: number;
  readonly watermark: number | null;
  readonly done: boolean;
  /** Wall clock. */
  readonly updatedAt: number;
}

/** How often each value came. */
export interface Distribution {
  /** Leading bits by which values are told apart; 53: all. */
  readonly bits: number;
  /** Rising. */
  readonly values: readonly number[];
  /** How often each came. */
  readonly counts: readonly number[];
}

/** high * 2^52 + low: sums of squares of money leave the 53 bits of a number. */
export interface ExactSum {
  readonly high: number;
  readonly low: number;
}

/** Sums over records that have both of two measures. */
export interface Moments {
  readonly n: number;
  readonly x: number;
  readonly y: number;
  readonly xx: ExactSum;
  readonly yy: ExactSum;
  readonly xy: ExactSum;
}

/** What one partition saw of the purchases of a category's week, cumulatively. */
export interface StatisticPartial {
  readonly category: string;
  /** The partition that saw it. */
  readonly part: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Unit prices, in minor units, where they are stated. */
  readonly price: Distribution;
  readonly quantity: Distribution;
  /** In minor units. */
  readonly amount: Distribution;
  readonly priceQuantity: Moments;
  readonly priceAmount: Moments;
  readonly quantityAmount: Moments;
  readonly ageAmount: Moments;
}

export type ShopKind = 'VIEW' | 'CART' | 'PURCHASE' | 'RETURN';

/** What a simulated customer does, as the `shop` preset of the generator writes it. */
export interface SyntheticShopEvent {
  readonly eventId: string;
  readonly customerId: string;
  readonly timestamp: number;
  readonly kind: ShopKind;
  readonly orderId: string | null;
  readonly product: string;
  readonly category: string;
  /** In minor units. */
  readonly unitPrice: number;
  readonly quantity: number;
  /** In minor units. */
  readonly amount: number;
  readonly paymentMethod: string | null;
  readonly gender: string;
  readonly age: number;
  readonly country: string | null;
}

export type ProductCategory = 'Electronics' | 'Clothing' | 'Home' | 'Books';

/** A made-up sale, as the `transactions` preset of the generator writes it. */
export interface SyntheticTransaction {
  readonly transactionId: string;
  /** Customer ID */
  readonly customerId: string;
  /** Timestamp */
  readonly timestamp: number;
  /** Product Category */
  readonly productCategory: ProductCategory;
  /** Payment Method: Credit Card, PayPal or Cash. */
  readonly paymentMethod: string;
  /** Gender: Male or Female. */
  readonly gender: string;
  /** Product Price, in minor units. */
  readonly productPrice: number;
  /** Quantity, 1 to 5. */
  readonly quantity: number;
  /** Total Purchase Amount, in minor units. */
  readonly totalPurchaseAmount: number;
  /** Customer Age, 18 to 70. */
  readonly customerAge: number;
  /** Returns: 1, 0 or null. */
  readonly returns: number | null;
}

/** Says: this writer will send nothing older than `time`. */
export interface Tick {
  readonly writer: string;
  /** Which part of the writer, from 0. */
  readonly from: number;
  /** How many parts the writer has. */
  readonly of: number;
  /** UTC epoch ms. No timestamp: a writer's first tick may stand before any date that others can represent. */
  readonly time: number;
  /** The writer has ended and holds nobody back. */
  readonly closed: boolean;
}

/** The version of a topology whose results everybody reads, until another is promoted. */
export interface TopologyVersion {
  readonly topology: string;
  readonly version: string;
  /** What it writes: names within the shop, without the version. */
  readonly topics: readonly string[];
}

/** A category's hour. */
export const categoryMetricSchema: RecordSchema = {
  "type": "record",
  "name": "CategoryMetric",
  "namespace": "ebb",
  "doc": "A category's hour.",
  "eventTime": "windowStart",
  "money": {
    "revenue": "shop",
    "minPrice": "shop",
    "avgPrice": "shop",
    "maxPrice": "shop"
  },
  "fields": [
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "windowStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "windowEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "transactions",
      "type": "long"
    },
    {
      "name": "uniqueCustomers",
      "type": "long"
    },
    {
      "name": "revenue",
      "type": "long",
      "doc": "In minor units."
    },
    {
      "name": "minPrice",
      "type": [
        "null",
        "long"
      ],
      "default": null
    },
    {
      "name": "avgPrice",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Mean unit price of the purchases, in minor units."
    },
    {
      "name": "maxPrice",
      "type": [
        "null",
        "long"
      ],
      "default": null
    },
    {
      "name": "quantity",
      "type": "long"
    },
    {
      "name": "returns",
      "type": "long"
    },
    {
      "name": "complete",
      "type": "boolean",
      "doc": "The watermark has passed the window's end and grace."
    }
  ]
};

/** One partition's cumulative share of a category's hour. */
export const categoryPartialSchema: RecordSchema = {
  "type": "record",
  "name": "CategoryPartial",
  "namespace": "ebb",
  "doc": "One partition's cumulative share of a category's hour.",
  "eventTime": "windowStart",
  "fields": [
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "part",
      "type": "int",
      "doc": "The partition that counted it."
    },
    {
      "name": "windowStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "windowEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "transactions",
      "type": "long",
      "doc": "PURCHASE events."
    },
    {
      "name": "revenue",
      "type": "long",
      "doc": "Sum of their amounts, in minor units."
    },
    {
      "name": "quantity",
      "type": "long",
      "doc": "Units bought."
    },
    {
      "name": "returns",
      "type": "long",
      "doc": "RETURN events, and purchases flagged as returned."
    },
    {
      "name": "priced",
      "type": "long",
      "doc": "Purchases that have a unit price."
    },
    {
      "name": "priceSum",
      "type": "long",
      "doc": "Sum of their unit prices, in minor units."
    },
    {
      "name": "minPrice",
      "type": [
        "null",
        "long"
      ],
      "default": null
    },
    {
      "name": "maxPrice",
      "type": [
        "null",
        "long"
      ],
      "default": null
    },
    {
      "name": "customers",
      "type": "long",
      "doc": "Distinct customers among the purchases."
    }
  ]
};

/** How prices, quantities and amounts of a category's week are spread, and how they go together. */
export const categoryStatisticSchema: RecordSchema = {
  "type": "record",
  "name": "CategoryStatistic",
  "namespace": "ebb",
  "doc": "How prices, quantities and amounts of a category's week are spread, and how they go together.",
  "eventTime": "windowStart",
  "money": {
    "priceMean": "shop",
    "priceDeviation": "shop",
    "priceLowerQuartile": "shop",
    "priceMedian": "shop",
    "priceUpperQuartile": "shop",
    "amountMean": "shop",
    "amountDeviation": "shop",
    "amountLowerQuartile": "shop",
    "amountMedian": "shop",
    "amountUpperQuartile": "shop"
  },
  "fields": [
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "windowStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "A Monday, 0:00 UTC."
    },
    {
      "name": "windowEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "purchases",
      "type": "long",
      "doc": "PURCHASE events; the rest is of these."
    },
    {
      "name": "priceMean",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "In minor units."
    },
    {
      "name": "priceDeviation",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Standard deviation, as of a sample."
    },
    {
      "name": "priceLowerQuartile",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "priceMedian",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "priceUpperQuartile",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "quantityMean",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "quantityDeviation",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Standard deviation, as of a sample."
    },
    {
      "name": "quantityLowerQuartile",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "quantityMedian",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "quantityUpperQuartile",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "amountMean",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "In minor units."
    },
    {
      "name": "amountDeviation",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Standard deviation, as of a sample."
    },
    {
      "name": "amountLowerQuartile",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "amountMedian",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "amountUpperQuartile",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "priceQuantityCorrelation",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Pearson's correlation; null where one does not vary."
    },
    {
      "name": "priceAmountCorrelation",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "quantityAmountCorrelation",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "ageAmountCorrelation",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "quartileError",
      "type": "double",
      "doc": "How far quartiles may be off, relative to themselves; 0: exact."
    },
    {
      "name": "complete",
      "type": "boolean",
      "doc": "The watermark has passed the window's end and grace."
    }
  ]
};

/** What was known of a customer at the end of a local day, and whether they bought in the days after: what churn models learn from. */
export const churnExampleSchema: RecordSchema = {
  "type": "record",
  "name": "ChurnExample",
  "namespace": "ebb",
  "doc": "What was known of a customer at the end of a local day, and whether they bought in the days after: what churn models learn from.",
  "eventTime": "time",
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "asOf",
      "type": "string",
      "doc": "YYYY-MM-DD in the shop's time zone. Nothing of a later day is in the features."
    },
    {
      "name": "trigger",
      "type": {
        "type": "enum",
        "name": "ExampleTrigger",
        "symbols": [
          "GRID",
          "PURCHASE"
        ]
      },
      "doc": "GRID: the last day of a month. PURCHASE: a day on which the customer bought; one that ends a month gives an example of each."
    },
    {
      "name": "horizonDays",
      "type": "int"
    },
    {
      "name": "label",
      "type": "int",
      "doc": "1: no purchase in the horizonDays days after asOf. 0: at least one."
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When the label became final: the end of the horizon's last day."
    },
    {
      "name": "active180",
      "type": "boolean",
      "doc": "Bought within the last 180 days: count180 > 0."
    },
    {
      "name": "recency",
      "type": "int",
      "doc": "Days since the last purchase."
    },
    {
      "name": "frequency",
      "type": "int",
      "doc": "Days on which something was bought so far: purchases of one day are one."
    },
    {
      "name": "monetarySum",
      "type": "double",
      "doc": "Spent in all, gross. Money is in units of the currency, not in minor ones."
    },
    {
      "name": "monetaryMean",
      "type": "double",
      "doc": "Spent per day of purchase."
    },
    {
      "name": "tenure",
      "type": "int",
      "doc": "Days since the first purchase."
    },
    {
      "name": "gapMean",
      "type": "double",
      "doc": "Mean of the days from one purchase to the next; of one purchase only, its tenure, 1 at least."
    },
    {
      "name": "gapSd",
      "type": "double",
      "doc": "Their standard deviation as of a population; 0 for fewer than two gaps."
    },
    {
      "name": "recencyOverGap",
      "type": "double",
      "doc": "recency / max(gapMean, 1)."
    },
    {
      "name": "count30",
      "type": "int",
      "doc": "Days of purchase among the last 30, asOf included."
    },
    {
      "name": "count90",
      "type": "int"
    },
    {
      "name": "count180",
      "type": "int"
    },
    {
      "name": "spend30",
      "type": "double"
    },
    {
      "name": "spend90",
      "type": "double"
    },
    {
      "name": "spend180",
      "type": "double"
    },
    {
      "name": "trend90",
      "type": "int",
      "doc": "Days of purchase among the last 90, less those among the 90 before."
    },
    {
      "name": "quantityMean",
      "type": "double",
      "doc": "Units per day of purchase."
    }
  ]
};

/** A trained model, and what it is used for from a moment on. Whoever changes its role appends it again with that moment. */
export const churnModelSchema: RecordSchema = {
  "type": "record",
  "name": "ChurnModel",
  "namespace": "ebb",
  "doc": "A trained model, and what it is used for from a moment on. Whoever changes its role appends it again with that moment.",
  "eventTime": "inForceFrom",
  "fields": [
    {
      "name": "version",
      "type": "string",
      "doc": "Names the model: the same in all of its records."
    },
    {
      "name": "role",
      "type": {
        "type": "enum",
        "name": "ModelRole",
        "symbols": [
          "CHAMPION",
          "CHALLENGER",
          "RETIRED"
        ]
      },
      "doc": "CHAMPION: its scores are the shop's, until a later one is. CHALLENGER: scores beside it, to be compared. RETIRED: not used."
    },
    {
      "name": "inForceFrom",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "From when on it has this role."
    },
    {
      "name": "objection",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Why it may not score customers alone, for people; null: it may."
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "ModelKind",
        "symbols": [
          "logistic_regression",
          "decision_tree",
          "random_forest",
          "linear_svc"
        ]
      }
    },
    {
      "name": "engine",
      "type": {
        "type": "enum",
        "name": "TrainingEngine",
        "symbols": [
          "fast",
          "mljs"
        ]
      }
    },
    {
      "name": "horizonDays",
      "type": "int",
      "doc": "It tells how likely no purchase is in so many days."
    },
    {
      "name": "columns",
      "type": {
        "type": "array",
        "items": "string"
      },
      "doc": "Names of the features that it sees, in order."
    },
    {
      "name": "linear",
      "type": [
        "null",
        {
          "type": "record",
          "name": "LinearModel",
          "fields": [
            {
              "name": "scaler",
              "type": {
                "type": "array",
                "items": {
                  "type": "record",
                  "name": "ScaledColumn",
                  "fields": [
                    {
                      "name": "name",
                      "type": "string"
                    },
                    {
                      "name": "transform",
                      "type": {
                        "type": "enum",
                        "name": "ColumnTransform",
                        "symbols": [
                          "log1p",
                          "signed_log1p"
                        ]
                      }
                    },
                    {
                      "name": "mean",
                      "type": "double"
                    },
                    {
                      "name": "deviation",
                      "type": "double"
                    }
                  ]
                }
              }
            },
            {
              "name": "weights",
              "type": {
                "type": "array",
                "items": "double"
              }
            },
            {
              "name": "intercept",
              "type": "double"
            }
          ]
        }
      ],
      "default": null,
      "doc": "Of a linear model."
    },
    {
      "name": "trees",
      "type": [
        "null",
        {
          "type": "record",
          "name": "TreeModel",
          "fields": [
            {
              "name": "roots",
              "type": {
                "type": "array",
                "items": "int"
              }
            },
            {
              "name": "feature",
              "type": {
                "type": "array",
                "items": "int"
              }
            },
            {
              "name": "threshold",
              "type": {
                "type": "array",
                "items": "double"
              }
            },
            {
              "name": "left",
              "type": {
                "type": "array",
                "items": "int"
              }
            },
            {
              "name": "right",
              "type": {
                "type": "array",
                "items": "int"
              }
            },
            {
              "name": "value",
              "type": {
                "type": "array",
                "items": "double"
              }
            }
          ]
        }
      ],
      "default": null,
      "doc": "Of a decision tree or a forest."
    },
    {
      "name": "calibration",
      "type": {
        "type": "record",
        "name": "ModelCalibration",
        "doc": "From a raw score to a probability.",
        "fields": [
          {
            "name": "kind",
            "type": {
              "type": "enum",
              "name": "CalibrationKind",
              "symbols": [
                "none",
                "platt",
                "isotonic"
              ]
            }
          },
          {
            "name": "slope",
            "type": [
              "null",
              "double"
            ],
            "default": null,
            "doc": "Of platt."
          },
          {
            "name": "offset",
            "type": [
              "null",
              "double"
            ],
            "default": null,
            "doc": "Of platt."
          },
          {
            "name": "raw",
            "type": {
              "type": "array",
              "items": "double"
            },
            "default": [],
            "doc": "Knots of isotonic."
          },
          {
            "name": "probability",
            "type": {
              "type": "array",
              "items": "double"
            },
            "default": [],
            "doc": "Of each knot."
          }
        ]
      }
    },
    {
      "name": "seed",
      "type": "long",
      "doc": "Of the trainer's random numbers."
    },
    {
      "name": "rows",
      "type": "long",
      "doc": "Examples that it learnt from."
    },
    {
      "name": "trainedOn",
      "type": {
        "type": "record",
        "name": "TrainedOn",
        "doc": "What it learnt from.",
        "fields": [
          {
            "name": "positions",
            "type": {
              "type": "array",
              "items": {
                "type": "record",
                "name": "TrainedPosition",
                "fields": [
                  {
                    "name": "topic",
                    "type": "string",
                    "doc": "Name on the log."
                  },
                  {
                    "name": "partition",
                    "type": "int"
                  },
                  {
                    "name": "offset",
                    "type": "long",
                    "doc": "The first that it has not seen."
                  }
                ]
              }
            }
          },
          {
            "name": "from",
            "type": "string",
            "doc": "First local day of which there were examples, YYYY-MM-DD."
          },
          {
            "name": "until",
            "type": "string",
            "doc": "Last one."
          },
          {
            "name": "calibratedOn",
            "type": [
              "null",
              "string"
            ],
            "default": null,
            "doc": "Local day whose examples it was calibrated on."
          }
        ]
      }
    },
    {
      "name": "evaluation",
      "type": [
        "null",
        {
          "type": "record",
          "name": "ModelEvaluation",
          "doc": "How the same recipe did on examples of a later day than it had learnt from.",
          "fields": [
            {
              "name": "version",
              "type": "string",
              "doc": "Of the model that was tested."
            },
            {
              "name": "testedOn",
              "type": "string",
              "doc": "Local day, YYYY-MM-DD."
            },
            {
              "name": "rows",
              "type": "long"
            },
            {
              "name": "auc",
              "type": [
                "null",
                "double"
              ],
              "default": null
            },
            {
              "name": "aucActive180",
              "type": [
                "null",
                "double"
              ],
              "default": null
            },
            {
              "name": "brier",
              "type": [
                "null",
                "double"
              ],
              "default": null
            },
            {
              "name": "logLoss",
              "type": [
                "null",
                "double"
              ],
              "default": null
            },
            {
              "name": "calibrationError",
              "type": [
                "null",
                "double"
              ],
              "default": null
            },
            {
              "name": "threshold",
              "type": [
                "null",
                "double"
              ],
              "default": null,
              "doc": "Customers count as churned from this probability on; chosen on the calibration examples."
            }
          ]
        }
      ],
      "default": null
    }
  ]
};

/** A prediction, and what came of it. */
export const churnOutcomeSchema: RecordSchema = {
  "type": "record",
  "name": "ChurnOutcome",
  "namespace": "ebb",
  "doc": "A prediction, and what came of it.",
  "eventTime": "time",
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "asOf",
      "type": "string",
      "doc": "Local day of the prediction, YYYY-MM-DD."
    },
    {
      "name": "month",
      "type": "string",
      "doc": "Its month, YYYY-MM."
    },
    {
      "name": "trigger",
      "type": {
        "type": "enum",
        "name": "ExampleTrigger",
        "symbols": [
          "GRID",
          "PURCHASE"
        ]
      }
    },
    {
      "name": "model",
      "type": "string",
      "doc": "Kind of the model that predicted."
    },
    {
      "name": "version",
      "type": "string"
    },
    {
      "name": "role",
      "type": {
        "type": "enum",
        "name": "ModelRole",
        "symbols": [
          "CHAMPION",
          "CHALLENGER",
          "RETIRED"
        ]
      },
      "doc": "When it predicted."
    },
    {
      "name": "probability",
      "type": "double"
    },
    {
      "name": "label",
      "type": "int",
      "doc": "1: no purchase in the horizon. 0: at least one."
    },
    {
      "name": "horizonDays",
      "type": "int"
    },
    {
      "name": "active180",
      "type": "boolean",
      "doc": "Had bought within 180 days."
    },
    {
      "name": "recency",
      "type": "int",
      "doc": "Days since the last purchase, at asOf."
    },
    {
      "name": "frequency",
      "type": "int",
      "doc": "Days of purchase until then."
    },
    {
      "name": "tenure",
      "type": "int",
      "doc": "Days since the first purchase."
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "The end of the horizon."
    }
  ]
};

/** What a model said of a customer at the end of a local day, before anybody knew. */
export const churnPredictionSchema: RecordSchema = {
  "type": "record",
  "name": "ChurnPrediction",
  "namespace": "ebb",
  "doc": "What a model said of a customer at the end of a local day, before anybody knew.",
  "eventTime": "time",
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "asOf",
      "type": "string",
      "doc": "Local day, YYYY-MM-DD. Nothing of a later day was known."
    },
    {
      "name": "trigger",
      "type": {
        "type": "enum",
        "name": "ExampleTrigger",
        "symbols": [
          "GRID",
          "PURCHASE"
        ]
      },
      "doc": "GRID: the last day of a month. PURCHASE: a day of purchase. As of churn examples."
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "The end of that day."
    },
    {
      "name": "model",
      "type": "string",
      "doc": "Its kind."
    },
    {
      "name": "version",
      "type": "string"
    },
    {
      "name": "role",
      "type": {
        "type": "enum",
        "name": "ModelRole",
        "symbols": [
          "CHAMPION",
          "CHALLENGER",
          "RETIRED"
        ]
      },
      "doc": "When it said so."
    },
    {
      "name": "probability",
      "type": "double",
      "doc": "Of no purchase in the horizon."
    },
    {
      "name": "horizonDays",
      "type": "int"
    }
  ]
};

/** How likely a customer is to churn, as of the newest score. */
export const churnScoreSchema: RecordSchema = {
  "type": "record",
  "name": "ChurnScore",
  "namespace": "ebb",
  "doc": "How likely a customer is to churn, as of the newest score.",
  "eventTime": "time",
  "money": {
    "expectedSpend": "currency",
    "expectedLoss": "currency"
  },
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "asOf",
      "type": "string",
      "doc": "Local day of which the features are, YYYY-MM-DD."
    },
    {
      "name": "trigger",
      "type": {
        "type": "enum",
        "name": "ScoreTrigger",
        "symbols": [
          "PURCHASE",
          "SILENCE",
          "GRID"
        ]
      },
      "doc": "Why it was scored then."
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was scored, by event time: at a purchase, or at the end of a day."
    },
    {
      "name": "probability",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Of no purchase in the horizon; null: no model was in force."
    },
    {
      "name": "band",
      "type": {
        "type": "enum",
        "name": "Band",
        "symbols": [
          "LOST",
          "AT_RISK",
          "WATCH",
          "LOW",
          "UNSCORED"
        ]
      },
      "doc": "LOW, WATCH from .3 on, AT_RISK from .6 on, LOST from .85 on."
    },
    {
      "name": "model",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Kind of the model."
    },
    {
      "name": "version",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "horizonDays",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "reasons",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "ScoreReason",
          "fields": [
            {
              "name": "code",
              "type": "string",
              "doc": "Family of features; NO_MODEL where there is no score."
            },
            {
              "name": "contribution",
              "type": "double",
              "doc": "To the score before calibration, in log-odds against the mean of the training examples; above 0 makes churn likelier."
            },
            {
              "name": "text",
              "type": "string",
              "doc": "Facts, no causes."
            }
          ]
        }
      },
      "doc": "The greatest contribution first."
    },
    {
      "name": "previous",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Probability as of the day of the score before."
    },
    {
      "name": "trend",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Change since then; above 0 is worse."
    },
    {
      "name": "recency",
      "type": "int",
      "doc": "Days since the last purchase."
    },
    {
      "name": "frequency",
      "type": "int",
      "doc": "Days of purchase."
    },
    {
      "name": "active180",
      "type": "boolean",
      "doc": "Has bought within 180 days."
    },
    {
      "name": "expectedSpend",
      "type": "double",
      "doc": "In the horizon if the customer stays, in minor units: as much as since the first purchase, per horizon."
    },
    {
      "name": "expectedLoss",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "What of it is lost to churn, on average: probability × expectedSpend. Null for who has not bought within 180 days, and without a score."
    },
    {
      "name": "currency",
      "type": "string"
    },
    {
      "name": "partition",
      "type": "int",
      "doc": "Of the topic of events."
    },
    {
      "name": "offset",
      "type": "long",
      "doc": "Of the newest purchase that is known in this score."
    }
  ]
};

/** What is known of a customer. */
export const clientProfileSchema: RecordSchema = {
  "type": "record",
  "name": "ClientProfile",
  "namespace": "ebb",
  "doc": "What is known of a customer.",
  "eventTime": "lastSeen",
  "money": {
    "spend": "currency",
    "averageBasket": "currency",
    "averagePrice": "currency"
  },
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "purchases",
      "type": "long",
      "doc": "PURCHASE events."
    },
    {
      "name": "orders",
      "type": "long",
      "doc": "Distinct orders."
    },
    {
      "name": "spend",
      "type": "long",
      "doc": "In minor units."
    },
    {
      "name": "averageBasket",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Spend per order, in minor units."
    },
    {
      "name": "averagePrice",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Mean unit price, in minor units."
    },
    {
      "name": "quantity",
      "type": "long"
    },
    {
      "name": "returns",
      "type": "long"
    },
    {
      "name": "preferredPayment",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Used most often; ties by name."
    },
    {
      "name": "favouriteCategory",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Bought most often; ties by name."
    },
    {
      "name": "firstSeen",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "lastSeen",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "firstPurchase",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    },
    {
      "name": "lastPurchase",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    },
    {
      "name": "gender",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "As last stated."
    },
    {
      "name": "age",
      "type": [
        "null",
        "int"
      ],
      "default": null,
      "doc": "As last stated."
    },
    {
      "name": "country",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "As last stated."
    },
    {
      "name": "currency",
      "type": "string"
    }
  ]
};

/** What the columns of a dataset mean, as the shop replayed it: on the log, so that every process knows it. */
export const datasetDescriptorSchema: RecordSchema = {
  "type": "record",
  "name": "DatasetDescriptor",
  "namespace": "ebb",
  "doc": "What the columns of a dataset mean, as the shop replayed it: on the log, so that every process knows it.",
  "fields": [
    {
      "name": "name",
      "type": "string"
    },
    {
      "name": "descriptor",
      "type": "string",
      "doc": "JSON; datasets/descriptor.ts"
    }
  ]
};

/** A record that does not decode or breaks a rule, with the reason and its bytes. */
export const deadLetterSchema: RecordSchema = {
  "type": "record",
  "name": "DeadLetter",
  "namespace": "ebb",
  "doc": "A record that does not decode or breaks a rule, with the reason and its bytes.",
  "fields": [
    {
      "name": "topology",
      "type": "string"
    },
    {
      "name": "topic",
      "type": "string"
    },
    {
      "name": "partition",
      "type": "int"
    },
    {
      "name": "offset",
      "type": "long"
    },
    {
      "name": "code",
      "type": "string"
    },
    {
      "name": "message",
      "type": "string"
    },
    {
      "name": "key",
      "type": [
        "null",
        "bytes"
      ],
      "default": null
    },
    {
      "name": "value",
      "type": [
        "null",
        "bytes"
      ],
      "default": null
    }
  ]
};

/** A file that another writer than Ebb puts into a raw topic, such as NiFi, and how much of it is there. */
export const deliverySchema: RecordSchema = {
  "type": "record",
  "name": "Delivery",
  "namespace": "ebb",
  "doc": "A file that another writer than Ebb puts into a raw topic, such as NiFi, and how much of it is there.",
  "fields": [
    {
      "name": "file",
      "type": "string",
      "doc": "`_file` of its rows."
    },
    {
      "name": "dataset",
      "type": "string"
    },
    {
      "name": "rows",
      "type": "long",
      "doc": "Rows that are there, each once."
    },
    {
      "name": "of",
      "type": "long",
      "doc": "Rows that its writer says it has."
    },
    {
      "name": "greatest",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "Greatest event time so far."
    },
    {
      "name": "complete",
      "type": "boolean"
    },
    {
      "name": "resume",
      "type": {
        "type": "array",
        "items": "long"
      },
      "doc": "Offsets of the raw topic, by partition: whoever takes over need not read what comes before."
    }
  ]
};

/** What happened in a shop, in one shape whatever source it came from. */
export const eventSchema: RecordSchema = {
  "type": "record",
  "name": "Event",
  "namespace": "ebb",
  "doc": "What happened in a shop, in one shape whatever source it came from.",
  "eventTime": "time",
  "money": {
    "unitPrice": "currency",
    "amount": "currency"
  },
  "fields": [
    {
      "name": "eventId",
      "type": "string",
      "doc": "A pure function of where the row came from (dataset, file fingerprint, row number), or the producer's own id."
    },
    {
      "name": "customerId",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "null: anonymous."
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "Kind",
        "symbols": [
          "PURCHASE",
          "RETURN",
          "VIEW",
          "CART"
        ]
      }
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "null: the event is an order by itself."
    },
    {
      "name": "product",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "category",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "unitPrice",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "In minor units; null where the data have none."
    },
    {
      "name": "quantity",
      "type": "long",
      "doc": "Negative on a RETURN row whose source counts down."
    },
    {
      "name": "amount",
      "type": "long",
      "doc": "In minor units, gross; signed as quantity is."
    },
    {
      "name": "currency",
      "type": "string",
      "doc": "ISO 4217."
    },
    {
      "name": "paymentMethod",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "gender",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "age",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "country",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "returned",
      "type": [
        "null",
        "boolean"
      ],
      "default": null,
      "doc": "Whether this purchase came back; null: unknown."
    },
    {
      "name": "localDate",
      "type": "string",
      "doc": "YYYY-MM-DD in the shop's time zone."
    },
    {
      "name": "localHour",
      "type": "int",
      "doc": "0 to 23 in the shop's time zone."
    },
    {
      "name": "dataset",
      "type": "string",
      "doc": "Which descriptor read it."
    },
    {
      "name": "file",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Fingerprint of the file, where it came from one."
    },
    {
      "name": "row",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "Row number in that file, from 1; for an outsider's record, its offset."
    }
  ]
};

/** Which records a sink's file holds; committed before the file is written, so that a crash repeats the same file. */
export const fileBoundarySchema: RecordSchema = {
  "type": "record",
  "name": "FileBoundary",
  "namespace": "ebb",
  "doc": "Which records a sink's file holds; committed before the file is written, so that a crash repeats the same file.",
  "fields": [
    {
      "name": "sink",
      "type": "string"
    },
    {
      "name": "topic",
      "type": "string"
    },
    {
      "name": "partition",
      "type": "int"
    },
    {
      "name": "firstOffset",
      "type": "long"
    },
    {
      "name": "lastOffset",
      "type": "long",
      "doc": "Inclusive."
    },
    {
      "name": "layout",
      "type": "string",
      "default": "",
      "doc": "Format of the files and what a folder spans, such as parquet/day: the same range put again in another layout would be there twice. Empty where it was not noted."
    }
  ]
};

/** A record whose window had closed when it came. */
export const lateRecordSchema: RecordSchema = {
  "type": "record",
  "name": "LateRecord",
  "namespace": "ebb",
  "doc": "A record whose window had closed when it came.",
  "eventTime": "time",
  "fields": [
    {
      "name": "topology",
      "type": "string"
    },
    {
      "name": "store",
      "type": "string",
      "doc": "The window that refused it."
    },
    {
      "name": "topic",
      "type": "string"
    },
    {
      "name": "partition",
      "type": "int"
    },
    {
      "name": "offset",
      "type": "long"
    },
    {
      "name": "key",
      "type": "string",
      "doc": "The window's key."
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "The record's event time."
    },
    {
      "name": "windowStart",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    },
    {
      "name": "windowEnd",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    },
    {
      "name": "watermark",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "The watermark it came behind."
    },
    {
      "name": "reason",
      "type": "string"
    },
    {
      "name": "value",
      "type": [
        "null",
        "bytes"
      ],
      "default": null
    }
  ]
};

/** How well a model, or a baseline beside it, told live who would leave: what it said of every customer at the end of a month, against what came. */
export const modelMetricSchema: RecordSchema = {
  "type": "record",
  "name": "ModelMetric",
  "namespace": "ebb",
  "doc": "How well a model, or a baseline beside it, told live who would leave: what it said of every customer at the end of a month, against what came.",
  "eventTime": "time",
  "fields": [
    {
      "name": "model",
      "type": "string",
      "doc": "Kind of the model; baselines: bg_nbd, recency."
    },
    {
      "name": "version",
      "type": "string",
      "doc": "Of a baseline the day, as it learns from no labels."
    },
    {
      "name": "month",
      "type": "string",
      "doc": "YYYY-MM, at whose end it predicted."
    },
    {
      "name": "role",
      "type": [
        "null",
        {
          "type": "enum",
          "name": "ModelRole",
          "symbols": [
            "CHAMPION",
            "CHALLENGER",
            "RETIRED"
          ]
        }
      ],
      "default": null,
      "doc": "When it predicted; null for a baseline."
    },
    {
      "name": "horizonDays",
      "type": "int"
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When what came of it was known: the end of the horizon."
    },
    {
      "name": "testedRows",
      "type": "long",
      "doc": "Customers."
    },
    {
      "name": "churned",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Share of them that left."
    },
    {
      "name": "activeRows",
      "type": "long",
      "doc": "Of them with a purchase in the 180 days before."
    },
    {
      "name": "auc",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Chance that one who left scored above one who stayed; null where there are not both."
    },
    {
      "name": "aucLow",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "95 % interval by bootstrap of customers, as of the next three."
    },
    {
      "name": "aucHigh",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "aucActive180",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "The same among customers with a purchase in the 180 days before."
    },
    {
      "name": "aucActive180Low",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "aucActive180High",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "logLoss",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "In nats; null for scores that are no probabilities, as all that follow."
    },
    {
      "name": "logLossLow",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "logLossHigh",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "brier",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Mean squared error of the probabilities."
    },
    {
      "name": "brierLow",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "brierHigh",
      "type": [
        "null",
        "double"
      ],
      "default": null
    },
    {
      "name": "calibrationError",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Ten bins of equal count: mean distance of probability and share that left."
    },
    {
      "name": "calibrationErrorFloor",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "What chance alone makes of it for perfect probabilities."
    }
  ]
};

/** How well a churn model, or a baseline beside it, told those who left from those who stayed, on a day that nothing was fitted to. */
export const modelResultSchema: RecordSchema = {
  "type": "record",
  "name": "ModelResult",
  "namespace": "ebb",
  "doc": "How well a churn model, or a baseline beside it, told those who left from those who stayed, on a day that nothing was fitted to.",
  "fields": [
    {
      "name": "model",
      "type": "string",
      "doc": "logistic_regression, decision_tree, random_forest, linear_svc; baselines: bg_nbd, recency."
    },
    {
      "name": "version",
      "type": "string",
      "doc": "Of the model that was tested."
    },
    {
      "name": "trainedUntil",
      "type": "string",
      "doc": "YYYY-MM-DD: the last day on which customers were looked at to learn."
    },
    {
      "name": "testedAt",
      "type": "string",
      "doc": "YYYY-MM-DD: the day on which all customers were scored to be tested."
    },
    {
      "name": "auc",
      "type": [
        "null",
        "double"
      ],
      "doc": "Chance that one who left scored above one who stayed; null where there are not both."
    },
    {
      "name": "aucActive180",
      "type": [
        "null",
        "double"
      ],
      "doc": "The same among customers with a purchase in the 180 days before."
    },
    {
      "name": "brier",
      "type": [
        "null",
        "double"
      ],
      "doc": "Mean squared error of the probabilities; null for scores that are none, as the next two."
    },
    {
      "name": "logLoss",
      "type": [
        "null",
        "double"
      ],
      "doc": "In nats."
    },
    {
      "name": "calibrationError",
      "type": [
        "null",
        "double"
      ],
      "doc": "Ten bins of equal count: mean distance of probability and share that left."
    },
    {
      "name": "accuracy",
      "type": [
        "null",
        "double"
      ],
      "doc": "This and the next three: calling all lost who score at the threshold or above."
    },
    {
      "name": "precision",
      "type": [
        "null",
        "double"
      ]
    },
    {
      "name": "recall",
      "type": [
        "null",
        "double"
      ]
    },
    {
      "name": "f1",
      "type": [
        "null",
        "double"
      ]
    },
    {
      "name": "threshold",
      "type": [
        "null",
        "double"
      ],
      "doc": "Chosen where the model was calibrated."
    },
    {
      "name": "engine",
      "type": "string",
      "doc": "fast, mljs; baseline where nothing learnt from labels."
    },
    {
      "name": "trainedRows",
      "type": "long",
      "doc": "Customers at the ends of days, and at purchases."
    },
    {
      "name": "seconds",
      "type": "double",
      "doc": "To train and to calibrate."
    },
    {
      "name": "aucLow",
      "type": [
        "null",
        "double"
      ],
      "doc": "95 % interval by bootstrap of customers."
    },
    {
      "name": "aucHigh",
      "type": [
        "null",
        "double"
      ]
    },
    {
      "name": "aucActive180Low",
      "type": [
        "null",
        "double"
      ]
    },
    {
      "name": "aucActive180High",
      "type": [
        "null",
        "double"
      ]
    },
    {
      "name": "calibrationErrorFloor",
      "type": [
        "null",
        "double"
      ],
      "doc": "What chance alone makes of it for perfect probabilities."
    },
    {
      "name": "testedRows",
      "type": "long"
    },
    {
      "name": "churned",
      "type": [
        "null",
        "double"
      ],
      "doc": "Share of them that left."
    },
    {
      "name": "activeRows",
      "type": "long",
      "doc": "Of them with a purchase in the 180 days before."
    },
    {
      "name": "trainedPurchaseRows",
      "type": "long",
      "doc": "Of trainedRows, those at purchases."
    },
    {
      "name": "calibratedAt",
      "type": "string",
      "doc": "YYYY-MM-DD."
    },
    {
      "name": "label",
      "type": "string",
      "doc": "What was to be told: `no purchase in 90 days`, or a column of the data."
    },
    {
      "name": "deployedVersion",
      "type": [
        "null",
        "string"
      ],
      "doc": "The same recipe with what became known since, which scores customers; null where none does."
    },
    {
      "name": "seed",
      "type": "long"
    }
  ]
};

/** An event as a program posted it to the API. */
export const postedEventSchema: RecordSchema = {
  "type": "record",
  "name": "PostedEvent",
  "namespace": "ebb",
  "doc": "An event as a program posted it to the API.",
  "eventTime": "takenAt",
  "money": {
    "unitPrice": "currency",
    "amount": "currency"
  },
  "fields": [
    {
      "name": "takenAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Event time at which it takes its place in the stream: its own, or the watermark of the API, where that had passed it. So a repeat is near the first one, however old the event is."
    },
    {
      "name": "receivedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "By the server's clock."
    },
    {
      "name": "eventId",
      "type": "string",
      "doc": "The producer's own. What has it again within an hour is a repeat."
    },
    {
      "name": "customerId",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "null: anonymous."
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "Kind",
        "symbols": [
          "PURCHASE",
          "RETURN",
          "VIEW",
          "CART"
        ]
      }
    },
    {
      "name": "time",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "null: the event is an order by itself."
    },
    {
      "name": "product",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "category",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "unitPrice",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "In minor units; null where the data have none."
    },
    {
      "name": "quantity",
      "type": "long",
      "doc": "Negative on a RETURN row whose source counts down."
    },
    {
      "name": "amount",
      "type": "long",
      "doc": "In minor units, gross; signed as quantity is."
    },
    {
      "name": "currency",
      "type": "string",
      "doc": "ISO 4217."
    },
    {
      "name": "paymentMethod",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "gender",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "age",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "country",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "returned",
      "type": [
        "null",
        "boolean"
      ],
      "default": null,
      "doc": "Whether this purchase came back; null: unknown."
    },
    {
      "name": "localDate",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "YYYY-MM-DD; null: as the shop's time zone has it."
    },
    {
      "name": "localHour",
      "type": [
        "null",
        "int"
      ],
      "default": null,
      "doc": "0 to 23; null: as the shop's time zone has it."
    },
    {
      "name": "dataset",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "null: `posted`."
    }
  ]
};

/** A dead record that was corrected and sent again, in the transaction that did so. */
export const resentSchema: RecordSchema = {
  "type": "record",
  "name": "Resent",
  "namespace": "ebb",
  "doc": "A dead record that was corrected and sent again, in the transaction that did so.",
  "fields": [
    {
      "name": "topic",
      "type": "string",
      "doc": "Where the dead record is, and where the corrected one went."
    },
    {
      "name": "partition",
      "type": "int"
    },
    {
      "name": "offset",
      "type": "long",
      "doc": "Of the dead record."
    },
    {
      "name": "at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "By the clock of who did it."
    }
  ]
};

/** A segment's hour. */
export const segmentMetricSchema: RecordSchema = {
  "type": "record",
  "name": "SegmentMetric",
  "namespace": "ebb",
  "doc": "A segment's hour.",
  "eventTime": "windowStart",
  "money": {
    "revenue": "shop"
  },
  "fields": [
    {
      "name": "dimension",
      "type": {
        "type": "enum",
        "name": "Dimension",
        "symbols": [
          "payment_method",
          "gender",
          "age_group",
          "country"
        ]
      }
    },
    {
      "name": "segment",
      "type": "string"
    },
    {
      "name": "windowStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "windowEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "transactions",
      "type": "long"
    },
    {
      "name": "uniqueCustomers",
      "type": "long"
    },
    {
      "name": "revenue",
      "type": "long"
    },
    {
      "name": "quantity",
      "type": "long"
    },
    {
      "name": "returns",
      "type": "long"
    },
    {
      "name": "complete",
      "type": "boolean"
    }
  ]
};

/** One partition's cumulative share of a segment's hour. */
export const segmentPartialSchema: RecordSchema = {
  "type": "record",
  "name": "SegmentPartial",
  "namespace": "ebb",
  "doc": "One partition's cumulative share of a segment's hour.",
  "eventTime": "windowStart",
  "fields": [
    {
      "name": "dimension",
      "type": {
        "type": "enum",
        "name": "Dimension",
        "symbols": [
          "payment_method",
          "gender",
          "age_group",
          "country"
        ]
      }
    },
    {
      "name": "segment",
      "type": "string"
    },
    {
      "name": "part",
      "type": "int"
    },
    {
      "name": "windowStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "windowEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "transactions",
      "type": "long",
      "doc": "PURCHASE events."
    },
    {
      "name": "revenue",
      "type": "long",
      "doc": "Sum of their amounts, in minor units."
    },
    {
      "name": "quantity",
      "type": "long",
      "doc": "Units bought."
    },
    {
      "name": "returns",
      "type": "long",
      "doc": "RETURN events, and purchases flagged as returned."
    },
    {
      "name": "customers",
      "type": "long",
      "doc": "Distinct customers among the purchases."
    }
  ]
};

/** A visit: events of a customer with no gap of 30 minutes, 24 hours at most. */
export const sessionSchema: RecordSchema = {
  "type": "record",
  "name": "Session",
  "namespace": "ebb",
  "doc": "A visit: events of a customer with no gap of 30 minutes, 24 hours at most.",
  "eventTime": "sessionStart",
  "money": {
    "revenue": "shop"
  },
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "sessionStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "sessionEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Time of its last event."
    },
    {
      "name": "views",
      "type": "long"
    },
    {
      "name": "carts",
      "type": "long"
    },
    {
      "name": "purchases",
      "type": "long"
    },
    {
      "name": "revenue",
      "type": "long",
      "doc": "In minor units."
    },
    {
      "name": "funnelStep",
      "type": {
        "type": "enum",
        "name": "FunnelStep",
        "symbols": [
          "VIEW",
          "CART",
          "PURCHASE"
        ]
      },
      "doc": "The furthest step reached."
    },
    {
      "name": "complete",
      "type": "boolean"
    }
  ]
};

/** What a sink could not do when it was last in trouble; the newest of each of its partitions. */
export const sinkTroubleSchema: RecordSchema = {
  "type": "record",
  "name": "SinkTrouble",
  "namespace": "ebb",
  "doc": "What a sink could not do when it was last in trouble; the newest of each of its partitions.",
  "fields": [
    {
      "name": "sink",
      "type": "string"
    },
    {
      "name": "topic",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Within the shop; null: the sink as a whole."
    },
    {
      "name": "partition",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "code",
      "type": "string"
    },
    {
      "name": "message",
      "type": "string"
    },
    {
      "name": "at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "By the clock of the machine that said so."
    },
    {
      "name": "fatal",
      "type": "boolean",
      "doc": "It stopped; otherwise it was tried again."
    }
  ]
};

/** How far a source has been read; written in one transaction with the rows. */
export const sourcePositionSchema: RecordSchema = {
  "type": "record",
  "name": "SourcePosition",
  "namespace": "ebb",
  "doc": "How far a source has been read; written in one transaction with the rows.",
  "fields": [
    {
      "name": "source",
      "type": "string"
    },
    {
      "name": "dataset",
      "type": "string"
    },
    {
      "name": "name",
      "type": "string",
      "doc": "The file's name or the stream's address."
    },
    {
      "name": "position",
      "type": "string",
      "doc": "The source's own position, as JSON."
    },
    {
      "name": "rows",
      "type": "long",
      "doc": "Rows written so far."
    },
    {
      "name": "watermark",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    },
    {
      "name": "done",
      "type": "boolean"
    },
    {
      "name": "updatedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Wall clock."
    }
  ]
};

/** What one partition saw of the purchases of a category's week, cumulatively. */
export const statisticPartialSchema: RecordSchema = {
  "type": "record",
  "name": "StatisticPartial",
  "namespace": "ebb",
  "doc": "What one partition saw of the purchases of a category's week, cumulatively.",
  "eventTime": "windowStart",
  "fields": [
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "part",
      "type": "int",
      "doc": "The partition that saw it."
    },
    {
      "name": "windowStart",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "windowEnd",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "price",
      "type": {
        "type": "record",
        "name": "Distribution",
        "doc": "How often each value came.",
        "fields": [
          {
            "name": "bits",
            "type": "int",
            "doc": "Leading bits by which values are told apart; 53: all."
          },
          {
            "name": "values",
            "type": {
              "type": "array",
              "items": "long"
            },
            "doc": "Rising."
          },
          {
            "name": "counts",
            "type": {
              "type": "array",
              "items": "long"
            },
            "doc": "How often each came."
          }
        ]
      },
      "doc": "Unit prices, in minor units, where they are stated."
    },
    {
      "name": "quantity",
      "type": "Distribution"
    },
    {
      "name": "amount",
      "type": "Distribution",
      "doc": "In minor units."
    },
    {
      "name": "priceQuantity",
      "type": {
        "type": "record",
        "name": "Moments",
        "doc": "Sums over records that have both of two measures.",
        "fields": [
          {
            "name": "n",
            "type": "long"
          },
          {
            "name": "x",
            "type": "long"
          },
          {
            "name": "y",
            "type": "long"
          },
          {
            "name": "xx",
            "type": {
              "type": "record",
              "name": "ExactSum",
              "doc": "high * 2^52 + low: sums of squares of money leave the 53 bits of a number.",
              "fields": [
                {
                  "name": "high",
                  "type": "long"
                },
                {
                  "name": "low",
                  "type": "long"
                }
              ]
            }
          },
          {
            "name": "yy",
            "type": "ExactSum"
          },
          {
            "name": "xy",
            "type": "ExactSum"
          }
        ]
      }
    },
    {
      "name": "priceAmount",
      "type": "Moments"
    },
    {
      "name": "quantityAmount",
      "type": "Moments"
    },
    {
      "name": "ageAmount",
      "type": "Moments"
    }
  ]
};

/** What a simulated customer does, as the `shop` preset of the generator writes it. */
export const syntheticShopEventSchema: RecordSchema = {
  "type": "record",
  "name": "SyntheticShopEvent",
  "namespace": "ebb",
  "doc": "What a simulated customer does, as the `shop` preset of the generator writes it.",
  "eventTime": "timestamp",
  "money": {
    "unitPrice": "USD",
    "amount": "USD"
  },
  "fields": [
    {
      "name": "eventId",
      "type": "string"
    },
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "timestamp",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "ShopKind",
        "symbols": [
          "VIEW",
          "CART",
          "PURCHASE",
          "RETURN"
        ]
      }
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "product",
      "type": "string"
    },
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "unitPrice",
      "type": "long",
      "doc": "In minor units."
    },
    {
      "name": "quantity",
      "type": "int"
    },
    {
      "name": "amount",
      "type": "long",
      "doc": "In minor units."
    },
    {
      "name": "paymentMethod",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "gender",
      "type": "string"
    },
    {
      "name": "age",
      "type": "int"
    },
    {
      "name": "country",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

/** A made-up sale, as the `transactions` preset of the generator writes it. */
export const syntheticTransactionSchema: RecordSchema = {
  "type": "record",
  "name": "SyntheticTransaction",
  "namespace": "ebb",
  "doc": "A made-up sale, as the `transactions` preset of the generator writes it.",
  "eventTime": "timestamp",
  "money": {
    "productPrice": "USD",
    "totalPurchaseAmount": "USD"
  },
  "fields": [
    {
      "name": "transactionId",
      "type": "string"
    },
    {
      "name": "customerId",
      "type": "string",
      "doc": "Customer ID"
    },
    {
      "name": "timestamp",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Timestamp"
    },
    {
      "name": "productCategory",
      "type": {
        "type": "enum",
        "name": "ProductCategory",
        "symbols": [
          "Electronics",
          "Clothing",
          "Home",
          "Books"
        ]
      },
      "doc": "Product Category"
    },
    {
      "name": "paymentMethod",
      "type": {
        "type": "string"
      },
      "doc": "Payment Method: Credit Card, PayPal or Cash."
    },
    {
      "name": "gender",
      "type": "string",
      "doc": "Gender: Male or Female."
    },
    {
      "name": "productPrice",
      "type": "long",
      "doc": "Product Price, in minor units."
    },
    {
      "name": "quantity",
      "type": "int",
      "doc": "Quantity, 1 to 5."
    },
    {
      "name": "totalPurchaseAmount",
      "type": "long",
      "doc": "Total Purchase Amount, in minor units."
    },
    {
      "name": "customerAge",
      "type": "int",
      "doc": "Customer Age, 18 to 70."
    },
    {
      "name": "returns",
      "type": [
        "null",
        "int"
      ],
      "default": null,
      "doc": "Returns: 1, 0 or null."
    }
  ]
};

/** Says: this writer will send nothing older than `time`. */
export const tickSchema: RecordSchema = {
  "type": "record",
  "name": "Tick",
  "namespace": "ebb",
  "doc": "Says: this writer will send nothing older than `time`.",
  "eventTime": "time",
  "fields": [
    {
      "name": "writer",
      "type": "string"
    },
    {
      "name": "from",
      "type": "int",
      "doc": "Which part of the writer, from 0."
    },
    {
      "name": "of",
      "type": "int",
      "doc": "How many parts the writer has."
    },
    {
      "name": "time",
      "type": "long",
      "doc": "UTC epoch ms. No timestamp: a writer's first tick may stand before any date that others can represent."
    },
    {
      "name": "closed",
      "type": "boolean",
      "doc": "The writer has ended and holds nobody back."
    }
  ]
};

/** The version of a topology whose results everybody reads, until another is promoted. */
export const topologyVersionSchema: RecordSchema = {
  "type": "record",
  "name": "TopologyVersion",
  "namespace": "ebb",
  "doc": "The version of a topology whose results everybody reads, until another is promoted.",
  "fields": [
    {
      "name": "topology",
      "type": "string"
    },
    {
      "name": "version",
      "type": "string"
    },
    {
      "name": "topics",
      "type": {
        "type": "array",
        "items": "string"
      },
      "doc": "What it writes: names within the shop, without the version."
    }
  ]
};
