/** What an object store's errors mean, and what to do about them. */
import { AnswerError } from './minio-transport.ts';
import { SinkError, type SinkErrorCode } from './sink.ts';

type Meaning = readonly [code: SinkErrorCode, text: string];

const keys = 'check the access key and the secret key';
const region = 'the bucket is in another region: name it, or leave the region out to have the server asked';
const clock = 'this machine’s clock and the server’s differ by too much: set them right';
const token = 'the session token is not valid, or not any more: get new keys';
const certificate =
  'the server’s certificate is not trusted: if it is your own, name its authority’s PEM file in NODE_EXTRA_CA_CERTS';
const full = 'there is no space left; nothing is lost, tried again: make room';
const quota = 'the bucket’s quota is used up; nothing is lost, tried again: raise it or make room';
const silent = 'does not answer; tried again';
const busy = 'is busy; tried again';

const meanings: Readonly<Record<string, Meaning>> = {
  InvalidAccessKeyId: ['REFUSED', `the server does not know this access key: ${keys}`],
  SignatureDoesNotMatch: ['REFUSED', `the secret key is not that of the access key: ${keys}`],
  AccessDenied: [
    'REFUSED',
    'these keys may not do this: they need s3:PutObject and s3:GetObject in the bucket, s3:GetBucketLocation unless a region is given, and s3:CreateBucket for a bucket that is missing',
  ],
  InvalidTokenId: ['REFUSED', token],
  InvalidToken: ['REFUSED', token],
  ExpiredToken: ['REFUSED', token],
  RequestTimeTooSkewed: ['REFUSED', clock],
  InvalidBucketName: ['REFUSED', 'a bucket’s name has 3 to 63 small letters, digits, dots and hyphens: choose another'],
  AuthorizationHeaderMalformed: ['REFUSED', region],
  InvalidRegion: ['REFUSED', region],
  PermanentRedirect: ['REFUSED', region],
  MovedPermanently: ['REFUSED', region],
  EPROTO: ['REFUSED', 'the server does not speak TLS there: is it http:// instead of https://?'],
  CERT_HAS_EXPIRED: ['REFUSED', 'the server’s certificate has expired'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['REFUSED', 'the server’s certificate is of another host: use the name that it has'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['REFUSED', certificate],
  SELF_SIGNED_CERT_IN_CHAIN: ['REFUSED', certificate],
  UNABLE_TO_GET_ISSUER_CERT: ['REFUSED', certificate],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['REFUSED', certificate],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['REFUSED', certificate],
  XMinioStorageFull: ['FULL', full],
  InsufficientCapacity: ['FULL', full],
  XMinioAdminBucketQuotaExceeded: ['FULL', quota],
  QuotaExceeded: ['FULL', quota],
  ECONNREFUSED: ['UNAVAILABLE', silent],
  ECONNRESET: ['UNAVAILABLE', 'was cut off; put again'],
  EPIPE: ['UNAVAILABLE', 'was cut off; put again'],
  ETIMEDOUT: ['UNAVAILABLE', silent],
  ENOTFOUND: ['UNAVAILABLE', 'its host is not known; tried again, but check the endpoint'],
  EAI_AGAIN: ['UNAVAILABLE', silent],
  EHOSTUNREACH: ['UNAVAILABLE', silent],
  ENETUNREACH: ['UNAVAILABLE', silent],
  SlowDown: ['UNAVAILABLE', busy],
  RequestTimeout: ['UNAVAILABLE', busy],
  OperationAborted: ['UNAVAILABLE', busy],
  ConditionalRequestConflict: ['UNAVAILABLE', busy],
  XAmzContentSHA256Mismatch: ['UNAVAILABLE', 'got other bytes than were sent; put again'],
  BadDigest: ['UNAVAILABLE', 'got other bytes than were sent; put again'],
  IncompleteBody: ['UNAVAILABLE', 'took fewer bytes than were sent, as it does when its disk fills up; put again'],
  NotFound: ['UNAVAILABLE', 'the object went while it was looked at; put again'],
};

/** Of the server (`NoSuchBucket`) or of the connection (`ECONNRESET`); the client's own errors have a name instead. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'InvalidBucketNameError') return 'InvalidBucketName';
  // MinIO's own answer comes before its disk is quite full; when it is, it is an internal error with this cause.
  if (/no space left on device|disk quota exceeded/i.test(error.message)) return 'XMinioStorageFull';
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @param at endpoint and bucket, for people @returns the error itself when it is neither the store's nor the connection's */
export function storeError(at: string, cause: unknown): unknown {
  const code = codeOf(cause);
  if (cause instanceof SinkError || !(cause instanceof Error)) return cause;
  const isAnswer = cause.name === 'S3Error' || cause instanceof AnswerError;
  if (code === undefined && !isAnswer) return cause;
  const [kind, meaning] = meanings[code ?? ''] ?? (isAnswer ? otherwise(cause) : undefined) ?? [undefined, ''];
  if (kind === undefined) return cause;
  const said = [cause instanceof AnswerError || !isAnswer ? undefined : code, cause.message].filter(
    (part) => part !== undefined && part !== '',
  );
  return new SinkError(kind, `object store ${at}: ${meaning} (${said.join(': ') || 'no reason given'})`, { cause });
}

/** Of an answer that is not in the list. */
function otherwise(cause: Error): Meaning {
  return cause instanceof AnswerError
    ? ['UNAVAILABLE', 'fails; tried again']
    : ['REFUSED', 'the server will not; if it gives no reason: is it https:// instead of http://?'];
}
