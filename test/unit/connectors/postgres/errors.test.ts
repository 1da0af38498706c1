import { isConnectionLoss, isTransient, sqlState, toPostgresError } from '../../../../connectors/postgres/errors';
import { LongshoreError } from '../../../../core/errors/longshore-error';

const server = { host: 'db.example', port: 5433, user: 'loader', database: 'shop' };
const fromServer = (code: string, message = 'refused', fields: Record<string, string> = {}) =>
  Object.assign(new Error(message), { severity: 'ERROR', code, ...fields });
const fromSocket = (code: string, fields: Record<string, string> = {}) =>
  Object.assign(new Error(`connect ${code}`), { code, ...fields });

describe('errors of PostgreSQL', () => {
  test.each([
    ['28P01', 'AUTHENTICATION_FAILED'],
    ['28000', 'AUTHENTICATION_FAILED'],
    ['3D000', 'DATABASE_NOT_FOUND'],
    ['42501', 'PERMISSION_DENIED'],
    ['42P01', 'TABLE_NOT_FOUND'],
    ['42703', 'COLUMN_NOT_FOUND'],
    ['25006', 'READ_ONLY_ENVIRONMENT'],
    ['23505', 'DUPLICATE_KEY'],
    ['23502', 'NULL_IN_NOT_NULL'],
    ['23503', 'FOREIGN_KEY_VIOLATED'],
    ['23514', 'CONSTRAINT_VIOLATED'],
    ['23P01', 'CONSTRAINT_VIOLATED'],
    ['22001', 'VALUE_TOO_LONG'],
    ['22003', 'VALUE_NOT_REPRESENTABLE'],
    ['22P02', 'VALUE_NOT_REPRESENTABLE'],
    ['53100', 'DISK_FULL'],
    ['53200', 'SERVER_BUSY'],
    ['53300', 'SERVER_BUSY'],
    ['55P03', 'LOCK_TIMEOUT'],
    ['40P01', 'DEADLOCK'],
    ['40001', 'DEADLOCK'],
    ['57P01', 'CONNECTION_LOST'],
    ['57P03', 'CONNECTION_LOST'],
    ['08006', 'CONNECTION_LOST'],
    ['42601', 'QUERY_FAILED'],
    ['XX000', 'QUERY_FAILED'],
  ])('SQLSTATE %s is %s', (state, code) => {
    const error = toPostgresError(fromServer(state), { table: 'public.t' });
    expect(error).toMatchObject({ code, place: { table: 'public.t' } });
    expect(sqlState(error)).toBe(state);
  });

  test.each([
    ['ECONNREFUSED', 'HOST_UNREACHABLE'],
    ['ENOTFOUND', 'HOST_UNREACHABLE'],
    ['ETIMEDOUT', 'HOST_UNREACHABLE'],
    ['EHOSTUNREACH', 'HOST_UNREACHABLE'],
    ['ECONNRESET', 'CONNECTION_LOST'],
    ['EPIPE', 'CONNECTION_LOST'],
    ['ENOSPC', 'DISK_FULL'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'AUTHENTICATION_FAILED'],
  ])('socket error %s is %s', (code, expected) => {
    expect(toPostgresError(fromSocket(code))).toMatchObject({ code: expected });
    expect(sqlState(fromSocket(code))).toBeUndefined();
  });

  test('names host and port of a server that does not answer', () => {
    expect(toPostgresError(fromSocket('ECONNREFUSED'), {}, server).message).toBe(
      'PostgreSQL at db.example:5433 does not answer: connection refused.',
    );
    expect(toPostgresError(new Error('timeout expired'), {}, server)).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('db.example:5433'),
    });
    expect(toPostgresError(fromSocket('ENOENT', { syscall: 'connect' }), {}, server).code).toBe('HOST_UNREACHABLE');
    expect(toPostgresError(fromSocket('ENOENT', { syscall: 'open' }), {}, server).code).toBe('INTERNAL');
  });

  test('says that a password is missing', () => {
    const error = toPostgresError(
      new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      {},
      server,
    );
    expect(error).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('none is configured'),
    });
  });

  test('takes key, column and table from what the server says', () => {
    const twice = fromServer('23505', 'duplicate key value violates unique constraint "t_pkey"', {
      schema: 'public',
      table: 't',
      detail: 'Key (id, part)=(7, a, b) already exists.',
    });
    expect(toPostgresError(twice).place).toEqual({
      table: 'public.t',
      column: 'id, part',
      key: '(id, part)=(7, a, b)',
    });
    const plain = fromServer('23505', 'could not create unique index "t_pkey"', {
      detail: 'Key (id, part)=(7, x) is duplicated.',
    });
    expect(toPostgresError(plain).place).toEqual({ column: 'id, part', key: 'id=7, part=x' });
    const copy = fromServer('22001', 'value too long for type character varying(3)', {
      where: 'COPY t, line 5, column name: "abcd"',
    });
    expect(toPostgresError(copy, { table: 'public.t' }).place).toEqual({
      table: 'public.t',
      column: 'name',
      key: 'row 5 of the load',
    });
    const binary = fromServer('22P03', 'incorrect binary data format', {
      where: 'COPY "odd, name", line 12, column amount',
    });
    expect(toPostgresError(binary).place).toEqual({ column: 'amount', key: 'row 12 of the load' });
  });

  test('recognises a snapshot that is gone, in the words of old and new servers', () => {
    expect(toPostgresError(fromServer('22023', 'invalid snapshot identifier: "00000003-1"')).code).toBe(
      'SNAPSHOT_LOST',
    );
    expect(toPostgresError(fromServer('42704', 'snapshot "00000003-1" does not exist')).code).toBe('SNAPSHOT_LOST');
  });

  test('keeps a LongshoreError and adds the places it lacks', () => {
    const error = toPostgresError(new LongshoreError('VALUE_TOO_LONG', 'too long', { column: 'a' }), {
      table: 'public.t',
      column: 'b',
    });
    expect(error).toMatchObject({
      code: 'VALUE_TOO_LONG',
      message: 'too long',
      place: { table: 'public.t', column: 'a' },
    });
  });

  test('tells what may be sent again from what may have happened', () => {
    expect(['40001', '40P01', '57P03', '53300'].every((state) => isTransient(fromServer(state)))).toBe(true);
    expect(isTransient(toPostgresError(fromSocket('ECONNREFUSED')))).toBe(true);
    expect(isTransient(fromServer('57P01'))).toBe(false);
    expect(isTransient(fromServer('23505'))).toBe(false);
    expect(isConnectionLoss(fromServer('57P01'))).toBe(true);
    expect(isConnectionLoss(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isConnectionLoss(fromServer('23505'))).toBe(false);
  });
});
