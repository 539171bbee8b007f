import { Observable, type OperatorFunction } from 'rxjs';

/** `mergeMap` to any number of values, without an inner Observable per message. Hot path. */
export function expand<A, B>(project: (value: A, emit: (value: B) => void) => void): OperatorFunction<A, B> {
  return (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next(value) {
          try {
            project(value, (emitted) => subscriber.next(emitted));
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
}
