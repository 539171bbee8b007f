import { TopologyError } from './topology.ts';

/** What the graph threw, as an error that names the record in hand. */
export function operatorFailed(
  topology: string,
  cause: unknown,
  topic: string,
  partition: number,
  offset: number,
): TopologyError {
  if (cause instanceof TopologyError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TopologyError(
    'OPERATOR_FAILED',
    `topology ${topology}: an operator threw at ${topic}, partition ${partition}, offset ${offset}: ${reason}. Nothing of this record is committed; mend the operator (or refuse such records with keep.mapOrReject) and run again`,
    { cause },
  );
}

export function emittedOutside(topology: string, place: string): TopologyError {
  return new TopologyError(
    'EMITTED_OUTSIDE',
    `topology ${topology}: ${place} was given a value outside advance, by an operator that waits (delay, debounceTime, a promise). Use keep.stateful with wakeAt instead: it survives a crash`,
  );
}
