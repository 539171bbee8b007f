import { createHash } from 'node:crypto';
import type { Fitted } from '../../churn/model.ts';

/**
 * A model's name, from what it is: `1998-03-31.5f3a21c9`. The same examples, options and seed give the same name.
 * @param until YYYY-MM-DD of the last day that it learnt or was calibrated on
 */
export function versionOf(model: Fitted, until: string): string {
  return `${until}.${createHash('sha256').update(JSON.stringify(model)).digest('hex').slice(0, 8)}`;
}
