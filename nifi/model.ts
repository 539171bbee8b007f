/** What a flow is made of, in either generation of NiFi: 1.x, whose templates hold values, or 2.x, whose definitions name parameters. */

export type Generation = 1 | 2;

/** The release whose component types and property keys are used. */
export const releases: Readonly<Record<Generation, string>> = { 1: '1.18.0', 2: '2.3.0' };

/** A property: text, or the service (by name) that it refers to. */
export type Property = string | { readonly service: string };

interface Component {
  /** Unique in its flow. */
  readonly name: string;
  /** Class. */
  readonly type: string;
  /** The NAR that holds it. */
  readonly artifact: string;
  /** What is not here has its default. */
  readonly properties: Readonly<Record<string, Property>>;
}

export interface Service extends Component {
  /** What others see in it. */
  readonly api: Api;
}

export interface Api {
  readonly type: string;
  readonly artifact: string;
}

export interface Processor extends Component {
  readonly relationships: readonly string[];
  /** Where its FlowFiles end. */
  readonly ended: readonly string[];
  /** Tried again, ten times, before they are routed. */
  readonly retried: readonly string[];
  /** How often it runs: `0 sec`: whenever there is something. */
  readonly every: string;
  readonly comments: string;
  readonly at: Place;
}

/** On NiFi's canvas. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Connection {
  readonly from: string;
  readonly relationships: readonly string[];
  readonly to: string;
  /** FlowFiles that may wait before whoever fills it is no longer run. */
  readonly most: number;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

export interface Flow {
  readonly generation: Generation;
  readonly name: string;
  readonly comments: string;
  readonly parameters: readonly Parameter[];
  readonly services: readonly Service[];
  readonly processors: readonly Processor[];
  readonly connections: readonly Connection[];
}
