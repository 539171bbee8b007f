import { AvroError } from '../avro/error.ts';
import { LogError } from '../log/log.ts';
import { Failure } from './failure.ts';

/** s. */
const LOG_RETRY = 1;

/** What fastify refuses by itself, as we say it. */
const refusals: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'NOT_JSON', 'send JSON, and say so: content-type: application/json'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'TOO_LARGE', 'the body is larger than this route takes: send less at a time'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'INVALID_JSON', 'the body is empty: send JSON'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'INVALID_JSON', 'the body is not JSON'],
  FST_ERR_HANDLER_TIMEOUT: [503, 'TIMEOUT', 'this took too long, and was given up: ask again, or for less'],
};

/** What an error is to whoever asked. Of a defect they learn nothing but that there was one. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof AvroError && error.code === 'UNAVAILABLE')
    return new Failure(503, 'REGISTRY_UNAVAILABLE', 'the schema registry does not answer for now: ask again', {
      cause: error,
      retryAfter: LOG_RETRY,
    });
  if (error instanceof LogError && error.remedy !== 'stop')
    return new Failure(503, 'LOG_UNAVAILABLE', 'the log does not answer for now: ask again', {
      cause: error,
      retryAfter: LOG_RETRY,
    });
  const { code, status, message } = facts(error);
  const refusal = code === undefined ? undefined : refusals[code];
  if (refusal !== undefined)
    return new Failure(...refusal, { cause: error, ...(refusal[0] === 503 ? { retryAfter: LOG_RETRY } : {}) });
  if (status >= 400 && status < 500) return new Failure(status, 'BAD_REQUEST', message, { cause: error });
  return new Failure(500, 'INTERNAL', 'this is a defect of the server, whose log has more about it', { cause: error });
}

/** Of an error of fastify's. */
function facts(error: unknown): {
  readonly code: string | undefined;
  readonly status: number;
  readonly message: string;
} {
  if (!(error instanceof Error)) return { code: undefined, status: 500, message: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return { code, status, message: error.message };
}
