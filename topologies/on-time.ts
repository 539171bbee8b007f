import type { Event } from '../schemas/generated.ts';
import { dayOf, isOccasion } from '../src/churn/history.ts';
import { type Keep, lateness } from '../src/engine/keep.ts';
import type { Message } from '../src/engine/message.ts';

/**
 * Whether an event is a customer's purchase that came before its local day had ended by its own writer's watermark; one that
 * did not goes to the late records. Training and scoring both ask this, so that they know the same purchases.
 * @param store that does without it
 * @param endOf when a local day has ended, UTC epoch ms
 */
export function isOnTime(
  keep: Keep,
  store: string,
  endOf: (day: number) => number,
): (message: Message<Event>) => boolean {
  return (message) => {
    if (!isOccasion(message.value)) return false;
    const end = endOf(dayOf(message.value.localDate));
    const watermark = lateness(keep, message);
    if (end > watermark) return true;
    const key = message.value.customerId ?? '';
    keep.late(message, { store, key, windowEnd: end, watermark, reason: 'its day has ended' });
    return false;
  };
}
