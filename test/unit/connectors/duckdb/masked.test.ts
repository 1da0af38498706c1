import { mapError } from '../../../../connectors/duckdb/errors';
import { hasMask, keyText, maskedNames, withoutValues } from '../../../../connectors/duckdb/masked';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import type { ColumnPlan } from '../../../../core/types/transfer';

const column = (name: string, mask?: ColumnPlan['mask']): ColumnPlan => ({
  source: `s_${name}`,
  target: `t_${name}`,
  sourceType: 'VARCHAR',
  targetType: 'VARCHAR',
  logical: { kind: 'text', of: 'text' },
  ...(mask && { mask }),
});
const PLAIN = [column('a'), column('b')];
const MASKED = [column('a'), column('b', { rule: 'hash' })];
const PLACE = { table: 'main.t' };
const told = (error: LongshoreError): string => `${JSON.stringify(error)} ${String(error.cause)}`;

describe('errors of tables with masked columns', () => {
  it.each([
    ['VALUE_NOT_REPRESENTABLE', `Conversion Error: Could not convert string 'Ann' to INT32`],
    ['DUPLICATE_KEY', `Constraint Error: Duplicate key "b: Ann" violates primary key constraint`],
    ['FOREIGN_KEY_VIOLATED', `Constraint Error: Violates foreign key constraint because key "b: Ann" does not exist`],
    ['QUERY_FAILED', 'Invalid Input Error: Ann'],
  ])('say %s and not which value it was', (code, message) => {
    const open = withoutValues(new Error(message), PLAIN, PLACE);
    expect(open).toMatchObject({ code, place: PLACE });
    expect(told(open)).toContain('Ann');
    const closed = withoutValues(mapError(new Error(message)), MASKED, PLACE);
    expect(closed).toMatchObject({ code, place: { table: 'main.t' } });
    expect(closed.message).toContain('main.t');
    expect(told(closed)).not.toContain('Ann');
  });

  it('keep what Longshore itself says of them, without the cause', () => {
    const cause = new Error(`Could not convert string 'Ann'`);
    const own = new LongshoreError('DUPLICATE_KEY', 'Table main.t: more than one row has k=(masked).', {}, { cause });
    const closed = withoutValues(own, MASKED, PLACE);
    expect(closed.message).toBe(own.message);
    expect(closed.cause).toBeUndefined();
  });

  it('keep errors that are about no value', () => {
    const busy = withoutValues(new Error('IO Error: Could not set lock on file "x"'), MASKED, PLACE);
    expect(busy).toMatchObject({ code: 'FILE_LOCKED', cause: expect.any(Error) as Error });
    const full = 'Out of Memory Error: failed to allocate\nno temporary directory is specified.';
    expect(withoutValues(new Error(full), MASKED, PLACE)).toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('never spilled') as string,
      next: expect.stringContaining('memoryLimit') as string,
    });
  });
});

describe('keys of rows', () => {
  it('hide the columns that are masked', () => {
    expect([hasMask(PLAIN), hasMask(MASKED)]).toEqual([false, true]);
    expect(maskedNames(MASKED, 'source')).toEqual(new Set(['s_b']));
    expect(keyText(['t_a', 't_b'], [1, 'Ann'], maskedNames(MASKED, 'target'))).toBe('t_a=1, t_b=(masked)');
  });
});
