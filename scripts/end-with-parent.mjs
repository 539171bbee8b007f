/**
 * Preloaded into what npm starts. npm passes a SIGTERM on to the shell between it and us only, which dies and leaves us
 * running, as a killed npm does. So: when the parent is gone, end as by SIGTERM.
 */
import { isMainThread } from 'node:worker_threads';

const everyMs = 500;
const parent = process.ppid;

if (isMainThread) {
  const watch = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(watch);
      process.kill(process.pid, 'SIGTERM');
    }
  }, everyMs);
  watch.unref();
}
