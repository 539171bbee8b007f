/** What WebHDFS says when it will not, or does not, as an error of a sink. */
import { SinkError, type SinkErrorCode } from './sink.ts';

/** An exception of Hadoop's, by the last part of its class name; without one, what the connection says. */
export interface Refusal {
  readonly exception: string | undefined;
  readonly message: string;
}

const full = 'nothing is lost, tried again: raise the quota (hdfs dfsadmin -setQuota, -setSpaceQuota) or make room';
const checkPath = 'check the root folder and the shop in the settings';

const meanings: Readonly<Record<string, readonly [SinkErrorCode, string]>> = {
  AccessControlException: ['REFUSED', 'the user may not: give it the folder (hdfs dfs -chown), or name another user'],
  SecurityException: ['REFUSED', 'the user is not accepted: check the user, and that HDFS does without Kerberos'],
  AuthenticationException: ['REFUSED', 'the user is not accepted: check the user, and that HDFS does without Kerberos'],
  AuthorizationException: ['REFUSED', 'the user may not use WebHDFS'],
  InvalidPathException: ['REFUSED', `HDFS takes no such name (no ":" in it): ${checkPath}`],
  IllegalArgumentException: ['REFUSED', checkPath],
  HadoopIllegalArgumentException: ['REFUSED', checkPath],
  PathComponentTooLongException: ['REFUSED', `the name is too long: ${checkPath}`],
  MaxDirectoryItemsExceededException: ['REFUSED', 'the folder holds too many files: merge them with ebb lake compact'],
  ParentNotDirectoryException: ['REFUSED', `a file stands where a folder should be: ${checkPath}`],
  UnsupportedOperationException: ['REFUSED', 'this server does not do that'],
  NSQuotaExceededException: ['FULL', `the quota of names is used up: ${full}`],
  DSQuotaExceededException: ['FULL', `the quota of space is used up: ${full}`],
  QuotaByStorageTypeExceededException: ['FULL', `the quota of space is used up: ${full}`],
  QuotaExceededException: ['FULL', `the quota is used up: ${full}`],
  SafeModeException: ['UNAVAILABLE', 'the NameNode is in safe mode; tried again'],
  StandbyException: ['UNAVAILABLE', 'this NameNode is on standby; tried again'],
  RetriableException: ['UNAVAILABLE', 'the NameNode is starting; tried again'],
  FileNotFoundException: ['UNAVAILABLE', 'a file in hand was swept by another owner of the partition; put again'],
};

/** What no exception says, by a part of the message. */
const hints: readonly (readonly [part: RegExp, meaning: string])[] = [
  [/minReplication|Failed to find datanode/, 'no DataNode takes it: those there are away or full; tried again'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host is not found: check the address, and that DataNodes can be reached by their names'],
];

/** @param what the operation and its path @param server that was asked */
export function hdfsError(what: string, server: string, { exception, message }: Refusal, cause?: unknown): SinkError {
  const hint = hints.find(([part]) => part.test(message))?.[1] ?? 'tried again';
  const [code, meaning] = meanings[exception ?? ''] ?? (['UNAVAILABLE', hint] as const);
  const said = exception === undefined ? message : `${exception}: ${message.split('\n')[0]}`;
  return new SinkError(code, `HDFS at ${server}, ${what}: ${meaning} (${said})`, { cause });
}

/** The `RemoteException` in an answer's body, if that is one. */
export function refusalIn(body: unknown, status: number): Refusal {
  const parsed = typeof body === 'string' ? json(body) : body;
  const remote = isObject(parsed) ? parsed.RemoteException : undefined;
  if (isObject(remote)) {
    return { exception: String(remote.exception), message: String(remote.message) };
  }
  return { exception: status === 401 ? 'AuthenticationException' : undefined, message: `it answers ${status}` };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page of a proxy or of the server itself.
    return undefined;
  }
}
