import { parentPort, workerData } from 'node:worker_threads';
import { liveMetrics } from '../../churn/live-metrics.ts';
import type { EvaluateWork } from './in-thread.ts';

const { month, samples }: EvaluateWork = workerData;
parentPort?.postMessage(liveMetrics(month, samples));
