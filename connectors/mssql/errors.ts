/** What SQL Server, its driver and the network say, in the words of Longshore's catalogue. */
import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';

/** The fields of an error of the driver, of the server or of a socket that are looked at. */
interface RawError extends Error {
  code?: string;
  /** Number of the server's own error. */
  number?: number;
  class?: number;
  isTransient?: boolean;
}

/** Who was to be reached: named in messages about connections. Holds no secret. */
export interface ServerIdentity {
  /** Host with instance or port, as people write it. */
  address: string;
  user: string;
  database: string;
}

/** An error that the server sent in the middle of a result, read from the stream by ourselves. */
export class MssqlServerError extends Error {
  constructor(
    override readonly message: string,
    readonly number: number,
    readonly state: number,
    readonly severity: number,
  ) {
    super(message);
  }
}

const BY_NUMBER = new Map<number, ErrorCode>(
  (
    [
      ['AUTHENTICATION_FAILED', [18401, 18452, 18456, 18461, 18463, 18464, 18465, 18466, 18470, 18486, 18487, 18488, 4064, 40532, 40607, 40615]], // prettier-ignore
      ['DATABASE_NOT_FOUND', [911, 4060, 942, 945]],
      ['PERMISSION_DENIED', [229, 230, 262, 297, 300, 916, 1088, 2557, 3704, 6004, 15247, 15151]],
      ['TABLE_NOT_FOUND', [208, 2702, 4701, 4902, 15225]],
      ['COLUMN_NOT_FOUND', [207, 1911, 4924]],
      ['DUPLICATE_KEY', [2601, 2627, 1505]],
      ['NULL_IN_NOT_NULL', [515, 4816]],
      ['VALUE_TOO_LONG', [2628, 8152, 4863, 7119]],
      ['VALUE_NOT_REPRESENTABLE', [220, 232, 237, 241, 242, 244, 245, 248, 293, 295, 296, 517, 518, 529, 1007, 8114, 8115, 8169, 9420, 6522, 4864, 4867, 9402]], // prettier-ignore
      ['DEADLOCK', [1205, 3960]],
      ['LOCK_TIMEOUT', [1222]],
      ['DISK_FULL', [1101, 1105, 3257, 5149, 9002, 40544]],
      ['SERVER_BUSY', [701, 802, 8628, 8645, 8651, 10928, 10929, 17809, 17889, 40501, 40549, 40550, 40551, 40552, 40553, 49918, 49919, 49920]], // prettier-ignore
      ['CONNECTION_LOST', [233, 596, 617, 976, 978, 979, 983, 3966, 3980, 6005, 10053, 10054, 10060, 17142, 17197, 40197, 40613, 40143, 40540, 42108, 42109]], // prettier-ignore
      ['READ_ONLY_ENVIRONMENT', [3906, 3908]],
      ['SNAPSHOT_LOST', [3958, 3989]],
    ] as [ErrorCode, number[]][]
  ).flatMap(([code, numbers]) => numbers.map((number): [number, ErrorCode] => [number, code])),
);

/** The server says that nothing happened, and that the same may succeed in a moment. */
const TRANSIENT = new Set([
  1205, 3960, 8645, 8651, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920, 4221, 42108, 42109, 615,
]);

const UNREACHABLE = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_NODATA|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)\b/;
const CUT = /\b(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_DESTROYED|ERR_STREAM_PREMATURE_CLOSE)\b|socket hang up|Connection lost|connection (is )?closed/i; // prettier-ignore
const TLS =
  /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|\bCERT_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|self[- ]signed certificate|certificate has expired|does not match certificate|unable to (get|verify)/i;

/** Number of an error of the server, also when it has become a LongshoreError since. */
export function errorNumber(error: unknown): number | undefined {
  const raw = rawOf(error);
  return typeof raw?.number === 'number' ? raw.number : undefined;
}

/**
 * Any failure of a statement or connection as a LongshoreError that names what is known of the place. One that is a
 * LongshoreError already keeps its code and message and gains the places it lacks.
 */
export function toMssqlError(error: unknown, place: ErrorPlace = {}, server?: ServerIdentity): LongshoreError {
  if (error instanceof LongshoreError) return withPlace(error, place);
  const raw = rawOf(error);
  if (!raw) return new LongshoreError('INTERNAL', String(error), place, { cause: error });
  const code = codeOf(raw);
  return new LongshoreError(code, messageOf(raw, code, server), placeOf(raw, code, place), {
    cause: error,
    next: nextOf(raw),
  });
}

/** Whether the statement certainly had no effect and may succeed when it is sent again, on a new connection if need be. */
export function isTransient(error: unknown): boolean {
  const raw = rawOf(error);
  if (!raw) return false;
  if (raw.number !== undefined) return TRANSIENT.has(raw.number);
  return raw.isTransient === true || /\b(ECONNREFUSED|EAI_AGAIN)\b/.test(chainText(raw));
}

/** Whether the server ended the transaction so that another could go on: safe to run again from its start. */
export const isDeadlock = (error: unknown): boolean => [1205, 3960].includes(errorNumber(error) ?? 0);

/** Whether the connection is gone, so that nobody knows if the statement under way had its effect. */
export function isConnectionLoss(error: unknown): boolean {
  const raw = rawOf(error);
  if (!raw) return false;
  const code = codeOf(raw);
  return code === 'CONNECTION_LOST' || code === 'HOST_UNREACHABLE';
}

/** By shape: errors of Node's own modules may come from another realm than this one. */
function rawOf(error: unknown): RawError | undefined {
  const raw = error instanceof LongshoreError ? error.cause : error;
  if (typeof raw !== 'object' || raw === null || typeof (raw as Partial<RawError>).message !== 'string')
    return undefined;
  // What the server says in two messages, the driver gives as one error of both: the first says why.
  const { errors } = raw as { errors?: Partial<RawError>[] };
  const numbered = Array.isArray(errors) ? errors.find((each) => typeof each?.number === 'number') : undefined;
  return (numbered ?? raw) as RawError;
}

/** Codes and messages of an error and of what caused it: the driver wraps those of sockets. */
function chainText(error: RawError): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null || seen.has(each)) return;
    seen.add(each);
    const { code, message, cause, errors } = each as RawError & { errors?: unknown[] };
    parts.push(String(code ?? ''), String(message ?? ''));
    visit(cause);
    if (Array.isArray(errors)) errors.forEach(visit);
  };
  visit(error);
  return parts.join(' ');
}

function codeOf(error: RawError): ErrorCode {
  const { number, code = '' } = error;
  if (number === 547)
    return /FOREIGN KEY|REFERENCE/i.test(error.message) ? 'FOREIGN_KEY_VIOLATED' : 'CONSTRAINT_VIOLATED';
  if (number !== undefined) return BY_NUMBER.get(number) ?? 'QUERY_FAILED';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'DISK_FULL';
  if (code === 'EINSTLOOKUP') return 'HOST_UNREACHABLE';
  if (code === 'ELOGIN' || code === 'EFEDAUTH' || code === 'EENCRYPT' || code === 'ENTLM')
    return 'AUTHENTICATION_FAILED';
  if (code === 'ECANCEL') return 'CANCELLED';
  if (code === 'ETIMEOUT') return 'HOST_UNREACHABLE';
  const text = chainText(error);
  if (TLS.test(text)) return 'AUTHENTICATION_FAILED';
  if (UNREACHABLE.test(text)) return 'HOST_UNREACHABLE';
  if (code === 'ECONNCLOSED' || code === 'ECLOSE' || code === 'ENOTOPEN' || CUT.test(text)) return 'CONNECTION_LOST';
  if (code === 'ESOCKET') return 'CONNECTION_LOST';
  return 'INTERNAL';
}

function messageOf(error: RawError, code: ErrorCode, server?: ServerIdentity): string {
  const text = sentence(reasonOf(error));
  const who = server ? `SQL Server at ${server.address}` : 'SQL Server';
  switch (code) {
    case 'HOST_UNREACHABLE':
      return `${who} does not answer: ${text}`;
    case 'AUTHENTICATION_FAILED':
      return `${who} refused ${server?.user ? `user ${server.user}` : 'the user'}: ${text}`;
    case 'DATABASE_NOT_FOUND':
      return `${who}: ${text}`;
    case 'CONNECTION_LOST':
      return `The connection to ${who} broke: ${text}`;
    default:
      return text;
  }
}

/** Values that the server quotes may be of a masked column, so they are left out. */
function reasonOf(error: RawError): string {
  const { message, number } = error;
  if (number === 245 || number === 248 || number === 244)
    return message.replace(/value '[\s\S]*' (to|over|in)/, 'value … $1').replace(/value '[\s\S]*'/, 'value …');
  if (number === 2628) return message.replace(/ ?Truncated value: [\s\S]*$/, '');
  if (number !== undefined) return message;
  const text = chainText(error);
  if (/ECONNREFUSED/.test(text)) return 'connection refused';
  if (/ENOTFOUND/.test(text)) return 'there is no host of that name';
  if (/EAI_AGAIN/.test(text)) return 'the name of the host cannot be resolved at the moment';
  if (error.code === 'ETIMEOUT') return 'no answer within the connect timeout';
  return message || error.code || error.name;
}

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

function nextOf(error: RawError): string | undefined {
  if (error.number === 3952)
    return 'Ask for ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON in every database that the set reads.';
  if (TLS.test(chainText(error)) || error.code === 'EENCRYPT')
    return 'Set `encrypt`, `serverName` or `trustServerCertificate` of the environment to what the server offers, or install its certificate authority.';
  return undefined;
}

function placeOf(error: RawError, code: ErrorCode, place: ErrorPlace): ErrorPlace {
  const known: ErrorPlace = { ...place };
  const { message, number } = error;
  if (code === 'DUPLICATE_KEY') known.key ??= /key value is \(([\s\S]*)\)\.?\s*$/.exec(message)?.[1];
  if (code === 'NULL_IN_NOT_NULL') known.column ??= /column '([\s\S]*?)', table/.exec(message)?.[1];
  if (number === 2628) known.column ??= /column '([\s\S]*?)'\./.exec(message)?.[1];
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function withPlace(error: LongshoreError, place: ErrorPlace): LongshoreError {
  const merged: ErrorPlace = { ...place, ...error.place };
  if (Object.keys(merged).length === Object.keys(error.place).length) return error;
  return new LongshoreError(error.code, error.message, merged, { cause: error.cause, next: error.next });
}
