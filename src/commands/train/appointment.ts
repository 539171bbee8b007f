import { type Appointment, appoint, type Candidate } from '../../churn/appoint.ts';
import { inForceAt, type ModelsOnLog } from './models-topic.ts';

/**
 * What becomes of candidates that were trained by hand, from a moment on that is later than all that was decided before. Models that
 * are in these roles already are not appointed again.
 */
export function appointmentAt(known: ModelsOnLog, candidates: readonly Candidate[], inForceFrom: number): Appointment {
  if (candidates.length === 0) return { models: [], reasons: [] };
  const current = inForceAt(known, Number.POSITIVE_INFINITY);
  const { models, reasons } = appoint(candidates, current, inForceFrom);
  const inRoles = [...current.challengers, ...(current.champion === undefined ? [] : [current.champion])];
  const roles = new Map(inRoles.map((model) => [model.version, model.role]));
  const isSame = models.every(({ version, role }) => roles.get(version) === role);
  return isSame
    ? { models: [], reasons: [...reasons, 'these models are there already: nothing was changed'] }
    : { models, reasons };
}
