import type { CardSpec } from '../card.ts';
import { atRisk } from './at-risk.ts';
import { calibration, distribution, drift, liveAuc } from './models.ts';

/** Whom to win back, and what the scores are worth. */
export const churnCards: readonly CardSpec[] = [atRisk, distribution, calibration, liveAuc, drift];
