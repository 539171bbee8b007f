import { SinkError, type SinkErrorCode } from './sink.ts';

/** MariaDB's error numbers, https://mariadb.com/kb/en/mariadb-error-code-reference/: what they mean to a sink. */
const codes: ReadonlyMap<number, readonly [SinkErrorCode, string]> = new Map([
  [1021, ['FULL', 'its disk is full; nothing of the batch was written, make room and start again']],
  [1114, ['FULL', 'a table or its disk is full; nothing of the batch was written, make room and start again']],
  [1044, ['REFUSED', 'the user may not use this database: see sql/grants.sql']],
  [1045, ['REFUSED', 'it does not let the user in: check user and password']],
  [1698, ['REFUSED', 'it does not let the user in: check user and password']],
  [1130, ['REFUSED', 'it does not let this machine in: check the host of its user']],
  [1129, ['REFUSED', 'it has blocked this machine after too many errors: run FLUSH HOSTS there']],
  [1049, ['REFUSED', 'there is no such database: have it made (sql/grants.sql), then run `ebb db migrate`']],
  [1046, ['REFUSED', 'no database is named']],
  [1146, ['REFUSED', 'a table is missing: run `ebb db migrate`']],
  [1054, ['REFUSED', 'a column is missing: run `ebb db migrate`']],
  [1142, ['REFUSED', 'the user may not do this to the table: see sql/grants.sql']],
  [1143, ['REFUSED', 'the user may not do this to the column: see sql/grants.sql']],
  [1227, ['REFUSED', 'the user may not do this: see sql/grants.sql']],
  [1290, ['REFUSED', 'it is read-only']],
  [1792, ['REFUSED', 'it is read-only']],
  [1836, ['REFUSED', 'it is read-only']],
  [1153, ['REFUSED', 'its max_allowed_packet is too small: raise it to 16M or more there']],
  [1040, ['UNAVAILABLE', 'it has too many connections; this is tried again']],
  [1203, ['UNAVAILABLE', 'the user has too many connections; this is tried again']],
  [1205, ['UNAVAILABLE', 'another holds the rows; the write is tried again']],
  [1206, ['UNAVAILABLE', 'it has too many locks; the write is tried again']],
  [1213, ['UNAVAILABLE', 'it met another write head on; the write is tried again']],
  [1317, ['UNAVAILABLE', 'somebody interrupted the write; it is tried again']],
  [1969, ['UNAVAILABLE', 'it gave the statement up after its own time limit; it is tried again']],
  [45028, ['UNAVAILABLE', 'no connection came in time; this is tried again']],
]);

/** SQL states of a lost, refused or ended connection. */
const lost = /^(08|70100)/;

/** What the operating system and the resolver say when there is no server to be reached, or not now. */
const unreachable =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN)$/;

const unreached = ['UNAVAILABLE', 'it does not answer, or went away; this is tried again'] as const;

/** Rows that their table does not take have one of these. */
const badRowCodes: ReadonlySet<number> = new Set([1048, 1264, 1265, 1292, 1366, 1367, 1406, 1411, 1425, 4025]);

/** What is read of an error of the client; MariaDB's own and those of the socket come alike. */
interface Told {
  readonly number: number;
  readonly state: string;
  readonly name: string;
  readonly fatal: boolean;
  readonly said: string;
}

function told(error: Error): Told {
  const value = (key: string): unknown => Reflect.get(error, key);
  const said = value('sqlMessage');
  return {
    number: Number(value('errno')),
    state: String(value('sqlState') ?? ''),
    name: String(value('code') ?? ''),
    fatal: value('fatal') === true,
    said: typeof said === 'string' ? said : error.message,
  };
}

/** What MariaDB says about a row that its table does not take: too long, out of range, of another type; `undefined` for any other error. */
export function badRow(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { number, state, said } = told(error);
  // Class 22 is data exceptions, 23 constraints.
  return badRowCodes.has(number) || /^2[23]/.test(state) ? said : undefined;
}

/** What an error of MariaDB's client means for the runner. Any other is given back as it is. */
export function mariadbError(place: string, error: unknown): unknown {
  if (!(error instanceof Error) || !isClients(error)) return error;
  // A pool that got no connection in time has the reason beside it: a wrong password does not mend.
  const reason = error.cause instanceof Error ? error.cause : error;
  const [code, meaning] = meaningOf(told(reason)) ?? meaningOf(told(error)) ?? ['REFUSED', 'it gave up'];
  return new SinkError(code, `mariadb sink ${place}: ${meaning} (${told(reason).said})`, { cause: error });
}

/** Errors of the socket come as they are, some with an SQL state and some without. */
function isClients(error: Error): boolean {
  return 'sqlState' in error || unreachable.test(told(error).name);
}

function meaningOf(one: Told): readonly [SinkErrorCode, string] | undefined {
  const known = codes.get(one.number);
  if (known !== undefined) return known;
  // Whatever wrote it down: "Errcode: 28 \"No space left on device\"".
  if (/errcode: 28\b|no space left/i.test(one.said)) return codes.get(1021);
  if (/certificate|self.signed|\bssl\b|\btls\b/i.test(`${one.name} ${one.said}`))
    return ['REFUSED', 'it and we do not agree on TLS: check tls and its certificates'];
  if (lost.test(one.state) || unreachable.test(one.name) || one.fatal) return unreached;
  return undefined;
}
