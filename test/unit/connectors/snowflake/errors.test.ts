import type { ErrorCode } from '../../../../core/errors/catalogue';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import {
  hasAnswered,
  isConnectionLoss,
  isSessionGone,
  toSnowflakeError,
} from '../../../../connectors/snowflake/errors';

/** As the driver hands errors out. */
const raw = (code: string | number | undefined, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { code, ...more });

const account = { address: 'https://test.snowflakecomputing.com', user: 'LOADER', database: 'RAW' };

describe('errors of Snowflake', () => {
  it.each<[ErrorCode, string | number | undefined, string]>([
    ['AUTHENTICATION_FAILED', '390100', 'Incorrect username or password was specified.'],
    ['AUTHENTICATION_FAILED', '390318', 'OAuth access token expired.'],
    ['AUTHENTICATION_FAILED', '394400', 'Programmatic access token is invalid.'],
    ['DATABASE_NOT_FOUND', '390201', 'The requested database does not exist or not authorized.'],
    ['DATABASE_NOT_FOUND', '002003', "SQL compilation error:\nDatabase 'NOPE' does not exist or not authorized."],
    ['DATABASE_NOT_FOUND', '090105', 'Cannot perform SELECT. This session does not have a current database.'],
    ['TABLE_NOT_FOUND', '002003', "SQL compilation error:\nObject 'RAW.PUBLIC.T' does not exist or not authorized."],
    ['STAGE_INCOMPLETE', '002003', "SQL compilation error:\nStage 'RAW.PUBLIC.S' does not exist or not authorized."],
    ['STAGE_INCOMPLETE', '091016', "Remote file 'stage/x' was not found."],
    ['COLUMN_NOT_FOUND', '000904', "SQL compilation error: error line 1 at position 7\ninvalid identifier 'X'"],
    ['PERMISSION_DENIED', '003001', "SQL access control error:\nInsufficient privileges to operate on table 'T'"],
    ['QUERY_FAILED', '001003', 'SQL compilation error:\nsyntax error line 1 at position 0 unexpected SELEC.'],
    ['CANCELLED', '000604', 'SQL execution canceled'],
    ['SERVER_BUSY', '090073', "Warehouse 'W' cannot be resumed because resource monitor 'M' has exceeded its quota."],
    ['VALUE_NOT_REPRESENTABLE', '100038', "Numeric value 'abc' is not recognized"],
    ['VALUE_NOT_REPRESENTABLE', '100035', "Timestamp 'abc' is not recognized"],
    ['VALUE_NOT_REPRESENTABLE', '100132', "Numeric value '1e99' is out of range"],
    ['VALUE_TOO_LONG', '100078', "String 'abc' is too long and would be truncated"],
    ['VALUE_TOO_LONG', '100399', "User character length limit (3) exceeded by string 'abcd'"],
    ['NULL_IN_NOT_NULL', '100072', 'NULL result in a non-nullable column'],
    ['COPY_FAILED', '100080', 'Number of columns in file (3) does not match that of the corresponding table (4)'],
    ['COPY_FAILED', '100144', "Invalid UTF8 detected in string '0xFF'"],
    ['HOST_UNREACHABLE', 401_001, 'connect ECONNREFUSED 127.0.0.1:443'],
    ['HOST_UNREACHABLE', 401_001, 'getaddrinfo ENOTFOUND nobody.snowflakecomputing.com'],
    ['CONNECTION_LOST', 401_001, 'socket hang up'],
    ['CONNECTION_LOST', 401_001, 'timeout of 600000ms exceeded'],
    ['CONNECTION_LOST', '390111', 'Session no longer exists.'],
    ['CONNECTION_LOST', 407_002, 'Unable to perform operation using terminated connection.'],
    ['CONNECTION_LOST', undefined, 'currentState.requestAsync is not a function'],
    ['INTERNAL', undefined, 'x is not a function'],
  ])('is %s for %s (%s)', (code, number, message) => {
    expect(toSnowflakeError(raw(number, message)).code).toBe(code);
  });

  it.each([
    [503, 'HOST_UNREACHABLE'],
    [429, 'HOST_UNREACHABLE'],
    [404, 'AUTHENTICATION_FAILED'],
    [403, 'AUTHENTICATION_FAILED'],
  ])('takes an answer with status %s that is none of Snowflake for %s', (status, code) => {
    expect(toSnowflakeError(raw(401_002, 'Request failed', { response: { status } })).code).toBe(code);
  });

  it('finds the cause that the driver wraps', () => {
    const cause = raw('ECONNREFUSED', 'connect failed');
    expect(toSnowflakeError(raw(401_001, 'Network error.', { cause })).code).toBe('HOST_UNREACHABLE');
    const untrusted = raw('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain');
    expect(toSnowflakeError(raw(401_001, 'Network error.', { cause: untrusted })).code).toBe('AUTHENTICATION_FAILED');
  });

  it('takes what nobody knows for a refusal while logging in, and names account and user, never a secret', () => {
    const error = toSnowflakeError(raw(undefined, 'Invalid private key'), { account, login: true });
    expect(error.code).toBe('AUTHENTICATION_FAILED');
    expect(error.message).toBe(
      'Snowflake at https://test.snowflakecomputing.com refused user LOADER: Invalid private key.',
    );
  });

  it('keeps code and message of an error of its own, and adds the place that it lacks', () => {
    const own = new LongshoreError('COPY_FAILED', 'No.', { table: 'A' });
    expect(toSnowflakeError(own, { place: { table: 'B', file: 'f' } })).toMatchObject({
      code: 'COPY_FAILED',
      message: 'No.',
      place: { table: 'A', file: 'f' },
    });
    expect(toSnowflakeError(own, { place: { table: 'B' } })).toBe(own);
  });

  it('tells a session that has ended, so that nothing was run, from an answer that never came', () => {
    const gone = toSnowflakeError(raw('390112', 'Your session has expired.'));
    const cut = toSnowflakeError(raw(401_001, 'socket hang up'));
    expect([isSessionGone(gone), isSessionGone(cut), isConnectionLoss(cut)]).toEqual([true, false, true]);
  });

  it.each<[boolean, Error]>([
    [true, raw('000605', 'Identified SQL statement is not currently executing.')],
    [true, raw(401_002, 'Request failed', { response: { status: 404 } })],
    [true, raw('390112', 'Your session has expired.')],
    [false, raw(401_002, 'Request failed', { response: { status: 502 } })],
    [false, raw(401_001, 'connect ECONNREFUSED')],
    [false, raw(401_001, 'timeout of 1000ms exceeded')],
  ])('knows whether somebody has answered: %s', (answered, error) => {
    expect(hasAnswered(error)).toBe(answered);
  });
});
