/** What PostgreSQL and the network say, in the words of Longshore's catalogue. */
import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';

/** The fields of an error of the driver, of the server or of a socket that are looked at. */
interface RawError extends Error {
  code?: string;
  detail?: string;
  hint?: string;
  where?: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  severity?: string;
  syscall?: string;
}

/** Who was to be reached: named in messages about connections. Holds no secret. */
export interface ServerIdentity {
  host: string;
  port: number;
  user: string;
  database: string;
}

const BY_STATE: Record<string, ErrorCode> = {
  '28000': 'AUTHENTICATION_FAILED',
  '28P01': 'AUTHENTICATION_FAILED',
  '3D000': 'DATABASE_NOT_FOUND',
  '57P04': 'DATABASE_NOT_FOUND',
  '42501': 'PERMISSION_DENIED',
  '42P01': 'TABLE_NOT_FOUND',
  '3F000': 'TABLE_NOT_FOUND',
  '42703': 'COLUMN_NOT_FOUND',
  '25006': 'READ_ONLY_ENVIRONMENT',
  '23505': 'DUPLICATE_KEY',
  '23502': 'NULL_IN_NOT_NULL',
  '23503': 'FOREIGN_KEY_VIOLATED',
  '23001': 'FOREIGN_KEY_VIOLATED',
  '23514': 'CONSTRAINT_VIOLATED',
  '23P01': 'CONSTRAINT_VIOLATED',
  '22001': 'VALUE_TOO_LONG',
  '22003': 'VALUE_NOT_REPRESENTABLE',
  '22007': 'VALUE_NOT_REPRESENTABLE',
  '22008': 'VALUE_NOT_REPRESENTABLE',
  '22009': 'VALUE_NOT_REPRESENTABLE',
  '22021': 'VALUE_NOT_REPRESENTABLE',
  '22P02': 'VALUE_NOT_REPRESENTABLE',
  '22P03': 'VALUE_NOT_REPRESENTABLE',
  '22P05': 'VALUE_NOT_REPRESENTABLE',
  '53100': 'DISK_FULL',
  '53200': 'SERVER_BUSY',
  '53300': 'SERVER_BUSY',
  '53400': 'SERVER_BUSY',
  '55P03': 'LOCK_TIMEOUT',
  '40P01': 'DEADLOCK',
  '40001': 'DEADLOCK',
  '57P01': 'CONNECTION_LOST',
  '57P02': 'CONNECTION_LOST',
  '57P03': 'CONNECTION_LOST',
  '57P05': 'CONNECTION_LOST',
  '25P03': 'CONNECTION_LOST',
  '25P04': 'CONNECTION_LOST',
};

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
]);
const CUT = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_WRITE_AFTER_END',
]);
const DRIVER_CUT =
  /^Connection terminated|^Client (has encountered a connection error|was closed)|connection is closed|server closed the connection|^read ECONNRESET/i;
const TLS =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/;

/** SQLSTATE of an error of the server, also when it has become a LongshoreError since. */
export function sqlState(error: unknown): string | undefined {
  const raw = error instanceof LongshoreError ? error.cause : error;
  const code = isRaw(raw) ? raw.code : undefined;
  return code !== undefined && isSqlState(code, raw as RawError) ? code : undefined;
}

/**
 * Any failure of a statement or connection as a LongshoreError that names what is known of the place. One that is a
 * LongshoreError already keeps its code and message and gains the places it lacks.
 */
export function toPostgresError(error: unknown, place: ErrorPlace = {}, server?: ServerIdentity): LongshoreError {
  if (error instanceof LongshoreError) return withPlace(error, place);
  if (!isRaw(error)) return new LongshoreError('INTERNAL', String(error), place, { cause: error });
  const code = codeOf(error);
  const next =
    TLS.test(error.code ?? '') || isTlsRefusal(error)
      ? 'Set `ssl` of the environment to what the server offers, or install its certificate authority.'
      : undefined;
  return new LongshoreError(code, messageOf(error, code, server), placeOf(error, code, place), { cause: error, next });
}

/** Whether the statement certainly had no effect and may succeed when it is sent again, on a new connection if need be. */
export function isTransient(error: unknown): boolean {
  const raw = error instanceof LongshoreError ? error.cause : error;
  if (!isRaw(raw)) return false;
  const state = raw.code ?? '';
  return (
    state === '40001' ||
    state === '40P01' ||
    state === '57P03' ||
    state === '53300' ||
    state === 'ECONNREFUSED' ||
    state === 'EAI_AGAIN'
  );
}

/** Whether the connection is gone, so that nobody knows if the statement under way had its effect. */
export function isConnectionLoss(error: unknown): boolean {
  const raw = error instanceof LongshoreError ? error.cause : error;
  return isRaw(raw) && (codeOf(raw) === 'CONNECTION_LOST' || codeOf(raw) === 'HOST_UNREACHABLE');
}

/** By shape: errors of Node's own modules may come from another realm than this one. */
function isRaw(error: unknown): error is RawError {
  return typeof error === 'object' && error !== null && typeof (error as Partial<RawError>).message === 'string';
}

/** Socket codes such as EPIPE look like an SQLSTATE; the server's errors carry a severity. */
const isSqlState = (code: string, error: RawError): boolean =>
  /^[0-9A-Z]{5}$/.test(code) && error.severity !== undefined;

function codeOf(error: RawError): ErrorCode {
  const { code = '', message } = error;
  if (isSqlState(code, error)) {
    if (/snapshot identifier|^snapshot ".*" does not exist|could not import the requested snapshot/.test(message))
      return 'SNAPSHOT_LOST';
    if (code.startsWith('08')) return 'CONNECTION_LOST';
    if (code.startsWith('58') && /no space left/i.test(message)) return 'DISK_FULL';
    return BY_STATE[code] ?? 'QUERY_FAILED';
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'DISK_FULL';
  if (UNREACHABLE.has(code) || ((code === 'ENOENT' || code === 'EACCES') && error.syscall === 'connect'))
    return 'HOST_UNREACHABLE';
  if (TLS.test(code) || isTlsRefusal(error)) return 'AUTHENTICATION_FAILED';
  if (CUT.has(code) || DRIVER_CUT.test(message)) return 'CONNECTION_LOST';
  if (/^timeout expired$|connection timeout/i.test(message)) return 'HOST_UNREACHABLE';
  if (/^SASL|password must be a string|authentication/i.test(message)) return 'AUTHENTICATION_FAILED';
  return 'INTERNAL';
}

const isTlsRefusal = (error: RawError): boolean =>
  /does not support SSL|error establishing an SSL/i.test(error.message);

function messageOf(error: RawError, code: ErrorCode, server?: ServerIdentity): string {
  const text = sentence(reasonOf(error));
  const at = server && `${server.host}:${server.port}`;
  switch (code) {
    case 'HOST_UNREACHABLE':
      return at ? `PostgreSQL at ${at} does not answer: ${text}` : `PostgreSQL does not answer: ${text}`;
    case 'AUTHENTICATION_FAILED':
      return server
        ? `PostgreSQL at ${at} refused user ${server.user}: ${text}`
        : `PostgreSQL refused the user: ${text}`;
    case 'DATABASE_NOT_FOUND':
      return server ? `PostgreSQL at ${at}: ${text}` : text;
    case 'CONNECTION_LOST':
      return at
        ? `The connection to PostgreSQL at ${at} broke: ${text}`
        : `The connection to PostgreSQL broke: ${text}`;
    case 'INTERNAL':
      return text;
    default:
      return [text, error.detail && sentence(error.detail), error.hint && `Hint: ${sentence(error.hint)}`]
        .filter(Boolean)
        .join(' ');
  }
}

function reasonOf(error: RawError): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  if (error.code === 'ENOTFOUND') return 'there is no host of that name';
  if (error.code === 'EAI_AGAIN') return 'the name of the host cannot be resolved at the moment';
  if (error.code === 'ETIMEDOUT' || /^timeout expired$/.test(error.message))
    return 'no answer within the connect timeout';
  if (/password must be a string/.test(error.message)) return 'it asks for a password and none is configured';
  return error.message || error.code || error.name;
}

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

function placeOf(error: RawError, code: ErrorCode, place: ErrorPlace): ErrorPlace {
  const copy = /COPY .+?, line (\d+)(?:, column ([^:]+?))?(?::|$)/m.exec(error.where ?? '');
  const known: ErrorPlace = { ...place };
  const isKeyed = code === 'DUPLICATE_KEY' || code === 'FOREIGN_KEY_VIOLATED';
  known.table ??=
    error.schema !== undefined && error.table !== undefined ? `${error.schema}.${error.table}` : undefined;
  known.column ??= error.column ?? copy?.[2] ?? (isKeyed ? keyOf(error.detail)?.columns : undefined);
  known.key ??= (isKeyed ? keyOf(error.detail)?.key : undefined) ?? (copy ? `row ${copy[1]} of the load` : undefined);
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** `Key (a, b)=(1, x) already exists.` → `a, b` and `a=1, b=x`, the latter as far as the text can be taken apart. */
function keyOf(detail: string | undefined): { columns: string; key: string } | undefined {
  const match =
    /Key \((.*?)\)=\((.*)\) (?:already exists|is duplicated|is not present|is still referenced|conflicts)/s.exec(
      detail ?? '',
    );
  if (!match) return undefined;
  const [names = '', text = ''] = [match[1], match[2]];
  const [columns, values] = [names.split(', '), text.split(', ')];
  if (columns.length !== values.length) return { columns: names, key: `(${names})=(${text})` };
  return { columns: names, key: columns.map((column, index) => `${column}=${values[index]}`).join(', ') };
}

function withPlace(error: LongshoreError, place: ErrorPlace): LongshoreError {
  const merged: ErrorPlace = { ...place, ...error.place };
  if (Object.keys(merged).length === Object.keys(error.place).length) return error;
  return new LongshoreError(error.code, error.message, merged, { cause: error.cause, next: error.next });
}
