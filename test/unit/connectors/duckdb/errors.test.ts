import { mapError } from '../../../../connectors/duckdb/errors';
import { LongshoreError } from '../../../../core/errors/longshore-error';

describe('messages of DuckDB', () => {
  it.each([
    ['INTERRUPT Error: Interrupted!', 'CANCELLED'],
    [
      'IO Error: Could not set lock on file "/x.duckdb": Conflicting lock is held in /usr/bin/python (PID 42). See also https://…',
      'FILE_LOCKED',
    ],
    ['IO Error: Could not write file "/tmp/x": No space left on device', 'DISK_FULL'],
    ['ENOSPC: no space left on device, write', 'DISK_FULL'],
    ["EACCES: permission denied, mkdir '/x'", 'STAGING_UNAVAILABLE'],
    ['IO Error: The file "/x" exists, but it is not a valid DuckDB database file!', 'DATABASE_NOT_FOUND'],
    ['IO Error: Cannot open file "/no/x": No such file or directory', 'DATABASE_NOT_FOUND'],
    ['IO Error: Cannot open file "/x": Permission denied', 'PERMISSION_DENIED'],
    ['Constraint Error: Duplicate key "id: 7, day: 2024-01-01" violates primary key constraint.', 'DUPLICATE_KEY'],
    ['Constraint Error: NOT NULL constraint failed: t.name', 'NULL_IN_NOT_NULL'],
    ['Constraint Error: CHECK constraint failed on table t with expression CHECK((id > 0))', 'CONSTRAINT_VIOLATED'],
    [
      'Constraint Error: Violates foreign key constraint because key "id: 2" does not exist in the referenced table',
      'FOREIGN_KEY_VIOLATED',
    ],
    [
      'Catalog Error: Could not drop the table because this table is main key table of the table "ch"',
      'FOREIGN_KEY_VIOLATED',
    ],
    ["Conversion Error: Could not convert string 'x' to INT32", 'VALUE_NOT_REPRESENTABLE'],
    ['Catalog Error: Table with name nope does not exist!', 'TABLE_NOT_FOUND'],
    ['Binder Error: Referenced column "nope" not found in FROM clause!', 'COLUMN_NOT_FOUND'],
    ['Out of Memory Error: could not allocate block of size 256.0 KiB (286.0 MiB/286.1 MiB used)', 'QUERY_FAILED'],
    ['Parser Error: syntax error at or near "x"', 'QUERY_FAILED'],
  ])('%s is %s', (message, code) => {
    expect(mapError(new Error(message)).code).toBe(code);
  });

  it('give the key, the column and the process they name', () => {
    expect(
      mapError(new Error('Constraint Error: Duplicate key "id: 7, day: 2024-01-01" violates primary key constraint.'), {
        table: 'main.t',
      }).place,
    ).toEqual({ table: 'main.t', key: 'id=7, day=2024-01-01' });
    expect(mapError(new Error('Constraint Error: NOT NULL constraint failed: t.name')).place).toEqual({
      column: 'name',
    });
    const locked = mapError(
      new Error(
        'IO Error: Could not set lock on file "/x.duckdb": Conflicting lock is held in /usr/bin/python (PID 42).',
      ),
      { file: '/x.duckdb' },
    );
    expect(locked.message).toBe('The DuckDB file /x.duckdb is in use by process 42 (/usr/bin/python).');
  });

  it('leave an error that has a code alone and only add where it happened', () => {
    const error = new LongshoreError('PART_CORRUPT', 'broken', { file: '/p' }, { next: 'do this' });
    expect(mapError(error, { table: 'main.t', file: '/other' })).toMatchObject({
      code: 'PART_CORRUPT',
      message: 'broken',
      next: 'do this',
      place: { table: 'main.t', file: '/p' },
    });
  });

  it('say what to do when memory runs out', () => {
    expect(mapError(new Error('Out of Memory Error: failed to pin block')).next).toContain('memory');
  });
});
