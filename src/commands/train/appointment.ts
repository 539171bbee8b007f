import { type Appointment, appoint, type Candidate } from '../../churn/appoint.ts';
import { inForceAt, type ModelsOnLog } from './models-topic.ts';

/**
 * What becomes of candidates that were trained by hand: they hold from the end of the day that is under way, and after all that
 * was decided before. Models that are in these roles already are not appointed again.
 */
export function appointmentAt(known: ModelsOnLog, candidates: readonly Candidate[], dayEnd: number): Appointment {
  if (candidates.length === 0) return { models: [], reasons: [] };
  const newest = known.records.at(-1)?.inForceFrom ?? Number.NEGATIVE_INFINITY;
  const current = inForceAt(known, Number.POSITIVE_INFINITY);
  const { models, reasons } = appoint(candidates, current, Math.max(dayEnd, newest + 1));
  const roles = new Map(
    [...current.challengers, ...(current.champion === undefined ? [] : [current.champion])].map((model) => [
      model.version,
      model.role,
    ]),
  );
  const isSame = models.every(({ version, role }) => roles.get(version) === role);
  return isSame
    ? { models: [], reasons: [...reasons, 'these models are there already: nothing was changed'] }
    : { models, reasons };
}
