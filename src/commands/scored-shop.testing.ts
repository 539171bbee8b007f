import { silenceModel, treeModel } from '../churn/models.testing.ts';
import { ebbOk } from './ebb.testing.ts';
import { putModels } from './put-models.testing.ts';

/** When the models come into force. */
export const inForceFrom = Date.UTC(2024, 6, 1);

/**
 * For tests: a simulated shop from 2024-01-01 on, its topologies and tables, with a champion and a challenger from July on.
 * @param shop name
 */
export async function scoredShop(data: string, shop: string): Promise<void> {
  const to = ['--data', data, '--shop', shop];
  const made = ['--preset', 'shop', '--customers', '300', '--start', '2024-01-01', '--history', '500'];
  await ebbOk('generate', ...to, ...made, '--count', '32000', '--speed', 'max');
  await putModels(data, shop, [
    silenceModel('silent', { inForceFrom }),
    treeModel('tree', { role: 'CHALLENGER', inForceFrom }),
  ]);
  await ebbOk('run', '--until-caught-up', '--no-training', ...to);
}
