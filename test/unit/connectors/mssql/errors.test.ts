import { isConnectionLoss, isDeadlock, isTransient, toMssqlError } from '../../../../connectors/mssql/errors';
import { LongshoreError } from '../../../../core/errors/longshore-error';

const serverError = (number: number, message = 'It went wrong.'): Error =>
  Object.assign(new Error(message), { code: 'EREQUEST', number });
const server = { address: 'db:1433', user: 'app', database: 'shop' };

test.each([
  [18456, 'AUTHENTICATION_FAILED'],
  [4060, 'DATABASE_NOT_FOUND'],
  [911, 'DATABASE_NOT_FOUND'],
  [208, 'TABLE_NOT_FOUND'],
  [207, 'COLUMN_NOT_FOUND'],
  [229, 'PERMISSION_DENIED'],
  [2627, 'DUPLICATE_KEY'],
  [2601, 'DUPLICATE_KEY'],
  [515, 'NULL_IN_NOT_NULL'],
  [2628, 'VALUE_TOO_LONG'],
  [8152, 'VALUE_TOO_LONG'],
  [8115, 'VALUE_NOT_REPRESENTABLE'],
  [245, 'VALUE_NOT_REPRESENTABLE'],
  [1205, 'DEADLOCK'],
  [3960, 'DEADLOCK'],
  [1222, 'LOCK_TIMEOUT'],
  [9002, 'DISK_FULL'],
  [1105, 'DISK_FULL'],
  [40501, 'SERVER_BUSY'],
  [40613, 'CONNECTION_LOST'],
  [99999, 'QUERY_FAILED'],
])('error %i of the server is %s', (number, code) => {
  expect(toMssqlError(serverError(number)).code).toBe(code);
});

test('a broken constraint is told from a broken foreign key', () => {
  const fk = 'The INSERT statement conflicted with the FOREIGN KEY constraint "fk_p".';
  const check = 'The INSERT statement conflicted with the CHECK constraint "ck".';
  expect(toMssqlError(serverError(547, fk)).code).toBe('FOREIGN_KEY_VIOLATED');
  expect(toMssqlError(serverError(547, check)).code).toBe('CONSTRAINT_VIOLATED');
});

test.each([
  ['ESOCKET', 'ECONNREFUSED', 'HOST_UNREACHABLE', true],
  ['ESOCKET', 'ENOTFOUND', 'HOST_UNREACHABLE', false],
  ['ESOCKET', 'ECONNRESET', 'CONNECTION_LOST', false],
  ['EINSTLOOKUP', undefined, 'HOST_UNREACHABLE', false],
  ['ETIMEOUT', undefined, 'HOST_UNREACHABLE', false],
  ['ELOGIN', undefined, 'AUTHENTICATION_FAILED', false],
  ['ESOCKET', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'AUTHENTICATION_FAILED', false],
])('%s because of %s is %s', (code, inner, expected, transient) => {
  const cause = inner && Object.assign(new Error(`connect ${inner}`), { code: inner });
  const error = Object.assign(new Error('Failed to connect', { cause }), { code });
  expect(toMssqlError(error, {}, server).code).toBe(expected);
  expect(isTransient(error)).toBe(transient);
  expect(isConnectionLoss(error)).toBe(expected !== 'AUTHENTICATION_FAILED');
});

test('deadlock victims are known also when they have been wrapped', () => {
  expect(isDeadlock(toMssqlError(serverError(1205)))).toBe(true);
  expect(isDeadlock(toMssqlError(serverError(207)))).toBe(false);
});

test('values that the server quotes are left out, places are taken in', () => {
  const conversion = toMssqlError(
    serverError(245, "Conversion failed when converting the nvarchar value 'ann@example.com' to data type int."),
  );
  expect(conversion.message).not.toContain('ann@');
  const truncated = toMssqlError(
    serverError(
      2628,
      "String or binary data would be truncated in table 'shop.dbo.t', column 'mail'. Truncated value: 'ann@exa'.",
    ),
  );
  expect(truncated.message).not.toContain('ann@');
  expect(truncated.place.column).toBe('mail');
  const duplicate = toMssqlError(
    serverError(
      2627,
      "Violation of PRIMARY KEY constraint 'pk'. Cannot insert duplicate key in object 'dbo.t'. The duplicate key value is (17, a).",
    ),
  );
  expect(duplicate.place.key).toBe('17, a');
});

test('a LongshoreError keeps its code and gains the places it lacks', () => {
  const error = toMssqlError(new LongshoreError('NO_KEY', 'None.', { table: 'a' }), { table: 'b', column: 'c' });
  expect(error).toMatchObject({ code: 'NO_KEY', place: { table: 'a', column: 'c' } });
});
