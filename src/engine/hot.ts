import { Observable, type Subscriber } from 'rxjs';

/** A stream that is pushed into: each value goes at once to everybody who has subscribed by then. */
export interface Hot<T> {
  readonly stream: Observable<T>;
  next(value: T): void;
}

/** As RxJS's Subject, which copies its list of observers and allocates for every value. Hot path. */
export function hot<T>(): Hot<T> {
  let subscribers: readonly Subscriber<T>[] = [];
  return {
    stream: new Observable<T>((subscriber) => {
      // Copied on change, so that `next` goes over those that were there when it began.
      subscribers = [...subscribers, subscriber];
      return () => {
        subscribers = subscribers.filter((other) => other !== subscriber);
      };
    }),
    next(value) {
      const now = subscribers;
      for (let index = 0; index < now.length; index++) now[index]?.next(value);
    },
  };
}
