/** Event time for people: ISO 8601, or the number where it is no date. */
export function iso(time: number): string {
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}
