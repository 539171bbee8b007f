import { AvroError } from '../../avro/error.ts';
import type { DeadServices, RecordPlace } from '../../dashboard/dead-routes.ts';
import { Failure } from '../../dashboard/failure.ts';
import { deadRecord, idOf, onLog, UnknownDeadError, valueAt } from '../dead/records.ts';
import { NotResentError, resend } from '../dead/resend.ts';
import { plain } from '../plain.ts';
import { UnknownShopError } from '../shops.ts';
import type { Workplace } from '../workplace.ts';

/** ms that may pass until nobody else is sending records again. */
const LONGEST = 30_000;

/** A shop's dead letters as `ebb dead` shows them and sends them again. @param signal aborts when the server ends */
export function deadLetters(place: Workplace, shop: string, signal: AbortSignal): DeadServices {
  function idIn(at: RecordPlace): string {
    if (at.topic.startsWith(`${shop}.`)) return idOf(shop, at);
    throw new Failure(404, 'UNKNOWN_RECORD', `${at.topic} is no topic of shop ${shop}`);
  }

  return {
    async show(at) {
      const wanted = idIn(at);
      try {
        const on = await onLog(place, shop);
        const { id, letters, resentAt } = await deadRecord(on, wanted);
        const value: unknown = JSON.parse(JSON.stringify((await valueAt(on, at)) ?? null, plain));
        return { id, letters, resentAt, value };
      } catch (error) {
        throw refusalOf(error);
      }
    },
    async resend(at, value) {
      const until = AbortSignal.any([signal, AbortSignal.timeout(LONGEST)]);
      try {
        await resend({ place, shop, id: idIn(at), value, signal: until, now: Date.now });
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

function refusalOf(error: unknown): unknown {
  if (error instanceof UnknownDeadError || error instanceof UnknownShopError)
    return new Failure(404, 'UNKNOWN_RECORD', error.message, { cause: error });
  if (error instanceof NotResentError || (error instanceof AvroError && error.code === 'INVALID_VALUE'))
    return new Failure(409, 'NOT_SENT', error.message, { cause: error });
  return error;
}
