import { parentPort, workerData } from 'node:worker_threads';
import { type Challenge, compareKinds } from '../../churn/compare.ts';

const challenges: readonly Challenge[] = workerData;
parentPort?.postMessage(compareKinds(challenges));
