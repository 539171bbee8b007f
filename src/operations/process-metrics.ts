/** Of processes: memory, CPU, garbage collection, and how late the event loop runs (`perf_hooks.monitorEventLoopDelay`), by prom-client's names. */
import { AggregatorRegistry, collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';

export interface ProcessMetrics {
  /** To send to the process that answers Prometheus. */
  values(): Promise<readonly MetricObject[]>;
}

/** Of this process. @param labels tell it from others behind the same address */
export function processMetrics(labels: Readonly<Record<string, string>>): ProcessMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register, labels });
  return { values: () => register.getMetricsAsJSON() };
}

/** In Prometheus' text format. @param processes each with labels of its own */
export function processesText(processes: readonly (readonly MetricObject[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((one) => [...one])).metrics();
}
