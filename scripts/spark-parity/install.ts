/** PySpark in a Python of its own, kept for all clones, on the Java of this machine. */
import { pythonWith } from '../stack/python.ts';
import type { Say } from '../stack/say.ts';
import { findJava } from '../stack/tools.ts';

/** 4.3.0 has no connector for Kafka yet. */
const PYSPARK = '4.2.0';
const NUMPY = '2.4.6';

export interface Python {
  readonly program: string;
  readonly java: string;
}

/** @throws StackError MISSING which says what to install */
export async function installedPySpark(say: Say): Promise<Python> {
  const java = await findJava(say);
  const wanted = [`pyspark==${PYSPARK}`, `numpy==${NUMPY}`, 'setuptools'];
  return { program: await pythonWith(`pyspark-${PYSPARK}`, wanted, say), java: java.program };
}
