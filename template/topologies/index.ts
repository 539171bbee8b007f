/** What runs beside the shop's own topologies: ebb.config.json names this file. */
export { dailySpend } from './daily-spend.ts';
