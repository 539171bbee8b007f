import type { Event, PostedEvent } from '../schemas/generated.ts';
import { momentOf } from './read-time.ts';
import { zoneOf } from './zone.ts';

/** Posted events as events; what they did not say of their day and hour is as the shop's time zone has it. @param zone IANA name */
export function postedToEvent(zone: string): (posted: PostedEvent, offset: number) => Event {
  const place = zoneOf(zone);
  return ({ takenAt: _taken, receivedAt: _received, ...posted }, offset) => {
    const { time, localDate, localHour } = momentOf(posted.time, place);
    return {
      ...posted,
      time,
      localDate: posted.localDate ?? localDate,
      localHour: posted.localHour ?? localHour,
      dataset: posted.dataset ?? 'posted',
      file: null,
      row: offset,
    };
  };
}
