/** What Snowflake, its driver and the network say, in the words of Longshore's catalogue. */
import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';

/** The fields of an error of the driver that are looked at. */
interface RawError extends Error {
  /** Six digits as text from the server, a number from the driver, a name from a socket. */
  code?: string | number;
  sqlState?: string;
  response?: { status?: number; statusCode?: number };
  data?: unknown;
}

/** Who was to be reached: named in messages about connections. Holds no secret. */
export interface AccountIdentity {
  address: string;
  user: string;
  database: string;
}

/** Sessions end by themselves; whoever logs in again can go on. */
const SESSION_GONE = new Set([390_104, 390_111, 390_112, 390_114, 390_195, 401_004, 407_001, 407_002]);

const BY_NUMBER = new Map<number, ErrorCode>(
  (
    [
      ['DATABASE_NOT_FOUND', [90_105, 90_106, 390_201]],
      ['TABLE_NOT_FOUND', [2003, 2043]],
      ['COLUMN_NOT_FOUND', [904]],
      ['PERMISSION_DENIED', [3001, 3041, 3540]],
      ['CANCELLED', [604]],
      ['LOCK_TIMEOUT', [625]],
      ['SERVER_BUSY', [90_073, 90_064]],
      ['STAGE_INCOMPLETE', [91_016]],
      ['STAGE_UPLOAD_FAILED', [253_000, 253_001, 253_002, 253_003]],
      ['DUPLICATE_KEY', [200_001]],
      ['VALUE_NOT_REPRESENTABLE', [100_035, 100_037, 100_038, 100_039, 100_040, 100_046, 100_048, 100_071, 100_096, 100_097]], // prettier-ignore
      ['VALUE_TOO_LONG', [100_074, 100_078]],
      ['NULL_IN_NOT_NULL', [100_072]],
      ['HOST_UNREACHABLE', [401_003]],
      ['CONNECTION_LOST', [402_001, 402_002]],
    ] as [ErrorCode, number[]][]
  ).flatMap(([code, numbers]) => numbers.map((number): [number, ErrorCode] => [number, code])),
);

const UNREACHABLE = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_NODATA|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)\b/;
const TLS = /SELF_SIGNED|UNABLE_TO_|\bCERT_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|OCSP|certificate/i;
const CUT = /\b(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE)\b|socket hang up/;

/**
 * Any failure as a LongshoreError. One that is a LongshoreError already keeps its code and message and gains the places it
 * lacks. `login`: while logging in, what nobody knows is a login that was refused.
 */
export function toSnowflakeError(
  error: unknown,
  { place = {}, account, login = false }: { place?: ErrorPlace; account?: AccountIdentity; login?: boolean } = {},
): LongshoreError {
  if (error instanceof LongshoreError) return withPlace(error, place);
  const raw = rawOf(error);
  if (!raw) return new LongshoreError('INTERNAL', String(error), place, { cause: error });
  const code = codeOf(raw, login);
  return new LongshoreError(code, messageOf(raw, code, account), place, { cause: error });
}

/** Number of an error of server or driver, also when it has become a LongshoreError since. */
export function errorNumber(error: unknown): number | undefined {
  const code = rawOf(error)?.code;
  const number = typeof code === 'number' || /^\d+$/.test(String(code)) ? Number(code) : Number.NaN;
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Whether the session was not there any more, so that the statement was not run. */
export function isSessionGone(error: unknown): boolean {
  const number = errorNumber(error);
  if (number !== undefined) return SESSION_GONE.has(number);
  // The driver has no way to ask for a statement's state in a session that it knows has ended.
  return /requestAsync is not a function/.test(rawOf(error)?.message ?? '');
}

/** Whether nobody knows what became of the statement, since no answer came. */
export function isConnectionLoss(error: unknown): boolean {
  return error instanceof LongshoreError && ['CONNECTION_LOST', 'HOST_UNREACHABLE'].includes(error.code);
}

/** Whether an answer came from the server or something before it: it is there, whatever it says. */
export function hasAnswered(error: unknown): boolean {
  const raw = rawOf(error);
  if (!raw || isSessionGone(error)) return true;
  const status = statusOf(raw);
  if (status !== undefined) return status < 500;
  return errorNumber(error) !== 401_001 && !UNREACHABLE.test(chainText(raw)) && !CUT.test(chainText(raw));
}

/** By shape: errors of Node's own modules may come from another realm than this one. */
function rawOf(error: unknown): RawError | undefined {
  const raw = error instanceof LongshoreError ? error.cause : error;
  return typeof raw === 'object' && raw !== null && typeof (raw as Partial<RawError>).message === 'string'
    ? (raw as RawError)
    : undefined;
}

function codeOf(error: RawError, login: boolean): ErrorCode {
  const number = errorNumber(error);
  if (isSessionGone(error)) return login ? 'AUTHENTICATION_FAILED' : 'CONNECTION_LOST';
  const known = number === undefined ? undefined : BY_NUMBER.get(number);
  if (known === 'TABLE_NOT_FOUND') return missingObject(error.message);
  if (known) return known;
  const text = chainText(error);
  const status = statusOf(error);
  if (status !== undefined)
    return status >= 500 || status === 408 || status === 429 ? 'HOST_UNREACHABLE' : 'AUTHENTICATION_FAILED';
  if (TLS.test(text) && (number === undefined || number === 401_001)) return 'AUTHENTICATION_FAILED';
  if (number === undefined || number === 401_001) {
    if (UNREACHABLE.test(text)) return 'HOST_UNREACHABLE';
    if (CUT.test(text) || number === 401_001) return login ? 'HOST_UNREACHABLE' : 'CONNECTION_LOST';
    return login ? 'AUTHENTICATION_FAILED' : 'INTERNAL';
  }
  if ((number >= 390_000 && number < 396_000) || login) return 'AUTHENTICATION_FAILED';
  if (number >= 100_000 && number < 101_000) return dataError(error.message);
  return 'QUERY_FAILED';
}

function missingObject(message: string): ErrorCode {
  if (/\b(Database|Schema) '/i.test(message)) return 'DATABASE_NOT_FOUND';
  return /\bStage '/i.test(message) ? 'STAGE_INCOMPLETE' : 'TABLE_NOT_FOUND';
}

/** Numbers of data errors are many, and few of them are documented; the words are plainer. */
function dataError(message: string): ErrorCode {
  if (/NULL result in a non-nullable column/i.test(message)) return 'NULL_IN_NOT_NULL';
  if (/too long|length limit|would be truncated/i.test(message)) return 'VALUE_TOO_LONG';
  return /not recognized|out of (representable )?range|Could not convert/i.test(message)
    ? 'VALUE_NOT_REPRESENTABLE'
    : 'COPY_FAILED';
}

/** Status of an answer that is not of Snowflake's own form. */
const statusOf = ({ response, code }: RawError): number | undefined =>
  Number(code) === 401_002 || code === undefined ? (response?.status ?? response?.statusCode) : undefined;

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

function messageOf(error: RawError, code: ErrorCode, account?: AccountIdentity): string {
  const text = sentence(error.message.replace(/^SQL compilation error:\s*/i, ''));
  const who = account ? `Snowflake at ${account.address}` : 'Snowflake';
  switch (code) {
    case 'HOST_UNREACHABLE':
      return `${who} does not answer: ${text}`;
    case 'AUTHENTICATION_FAILED':
      return `${who} refused ${account?.user ? `user ${account.user}` : 'the user'}: ${text}`;
    case 'DATABASE_NOT_FOUND':
      return `${who}: ${text}`;
    case 'CONNECTION_LOST':
      return `The session with ${who} has ended: ${text}`;
    default:
      return text;
  }
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function withPlace(error: LongshoreError, place: ErrorPlace): LongshoreError {
  if (Object.keys(place).every((key) => key in error.place)) return error;
  return new LongshoreError(
    error.code,
    error.message,
    { ...place, ...error.place },
    {
      cause: error.cause,
      next: error.next,
      ...(error.problems && { problems: error.problems }),
    },
  );
}
