import { createInference } from '../../../../core/file/infer';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { planFileTable, type FileTableInput, type FileTablePlan } from '../../../../core/plan/file-plan';
import type { ColumnSchema, TableSchema } from '../../../../core/types/table';
import { postgresTypes } from '../../../../connectors/postgres/type-system';
import { fieldBatch } from '../file/field-batch';

const column = (name: string, nativeType: string, more: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  nativeType,
  logical: postgresTypes.logical(nativeType),
  nullable: true,
  ...more,
});

const table = (...columns: ColumnSchema[]): TableSchema => ({
  ref: { schema: 'ref', name: 't' },
  kind: 'table',
  columns,
  uniqueKeys: [],
  indexes: [],
  foreignKeys: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

/** Plans a file of this header and these rows. */
function plan(header: string, rows: string[], target?: TableSchema, more: Partial<FileTableInput> = {}): FileTablePlan {
  const names = header.split(',');
  const inference = createInference(names, {});
  inference.add(fieldBatch(rows.map((row) => row.split(','))));
  return planFileTable({
    file: 't.csv',
    names,
    inferred: inference.result(),
    target,
    targetRef: { schema: 'ref', name: 't' },
    targetKind: 'postgres',
    policy: 'stop',
    threshold: 70,
    rename: {},
    types: {},
    logical: (type) => postgresTypes.logical(type),
    nativeType: (from, kind) => postgresTypes.nativeType(from, kind),
    addColumnSql: (ref, { name, nativeType }) => `${ref.name} + ${name} ${nativeType}`,
    ...more,
  });
}

function refusal(work: () => unknown): LongshoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof LongshoreError) return error;
    throw error;
  }
  throw new Error('It was planned.');
}

describe('a file without a table', () => {
  test('gets one with a column for each of its own', () => {
    const { columns, widen, evolve, matchPercent } = plan('id,name,amount,day', ['1,a,2.50,2024-01-01']);
    expect(columns.map(({ target, targetType }) => `${target} ${targetType}`)).toEqual([
      'id integer',
      'name text',
      'amount numeric(18,2)',
      'day date',
    ]);
    expect({ widen, evolve, matchPercent }).toEqual({ widen: [], evolve: [], matchPercent: 100 });
  });

  test('takes types and names as they are given, and reads values by them', () => {
    const { columns, fileColumns } = plan('id,code', ['1,12'], undefined, {
      types: { code: 'varchar(4)', number: 'bigint' },
      rename: { id: 'number' },
    });
    expect(columns.map(({ target, targetType }) => `${target} ${targetType}`)).toEqual([
      'number bigint',
      'code varchar(4)',
    ]);
    expect(fileColumns[1]).toMatchObject({ logical: { kind: 'text' }, format: { kind: 'text' }, maxChars: 4 });
  });

  test('tells what its values leave open', () => {
    expect(plan('day', ['03/04/2024']).warnings).toEqual([expect.stringMatching(/^Column day is .*03\/04\/2024/)]);
  });
});

describe('a file and its table', () => {
  const target = table(
    column('ID', 'integer', { nullable: false }),
    column('name', 'character varying(3)', { maxLength: 3 }),
    column('note', 'text'),
  );

  test('are paired by name whatever the order and case, and what the file lacks is told', () => {
    const { columns, fileColumns, warnings, matchPercent } = plan('Name,id', ['a,1'], target);
    expect(columns.map(({ source, target: name }) => `${source}→${name}`)).toEqual(['Name→name', 'id→ID']);
    expect(fileColumns.map(({ index, nullable }) => ({ index, nullable }))).toEqual([
      { index: 0, nullable: true },
      { index: 1, nullable: false },
    ]);
    expect(warnings).toEqual(['ref.t: column note is not in the file and gets its default.']);
    expect(matchPercent).toBe(100);
  });

  test('stop: everything in which they differ is told at once', () => {
    const error = refusal(() => plan('id,name,note,more', ['3000000000,abcd,x,y'], target));
    expect(error.code).toBe('FILE_SCHEMA_MISMATCH');
    expect(error.message).toBe(
      't.csv does not fit ref.t: column ID is integer, and the file has numbers of up to 3000000000. ' +
        'column name is character varying(3), and the file has texts of up to 4 characters. the table has no column more.',
    );
    expect(error.next).toMatch(/set `columns: evolve`\.$/);
  });

  test('evolve: columns are widened and added', () => {
    const { widen, evolve, columns } = plan('id,name,note,more', ['3000000000,abcd,x,2024-01-01'], target, {
      policy: 'evolve',
    });
    expect(widen).toEqual([
      { name: 'ID', nativeType: 'bigint' },
      { name: 'name', nativeType: 'varchar(50)' },
    ]);
    expect(evolve).toEqual(['t + more date']);
    expect(columns.map(({ targetType }) => targetType)).toEqual(['bigint', 'varchar(50)', 'text', 'date']);
  });

  test('ignore: further columns are left out, and the table stays as it is', () => {
    const { widen, evolve, ignored, columns, fileColumns } = plan('id,name,note,more', ['1,abcd,x,y'], target, {
      policy: 'ignore',
    });
    expect({ widen, evolve, ignored }).toEqual({ widen: [], evolve: [], ignored: ['more'] });
    expect(columns.map(({ target: name }) => name)).toEqual(['ID', 'name', 'note']);
    expect(fileColumns[1]?.maxChars).toBe(3);
  });

  test('without enough in common are refused under every policy, with what was probably meant', () => {
    for (const policy of ['stop', 'evolve', 'ignore'] as const) {
      const error = refusal(() => plan('id,nmae,x,y', ['1,a,b,c'], target, { policy }));
      expect(error.message).toContain('the table has 25 % of the columns of the file, and 70 % are wanted.');
      expect(error.message).toContain('no column nmae, but one called name');
      expect(error.next.includes('evolve')).toBe(policy !== 'evolve');
    }
    expect(plan('id,more', ['1,2'], target, { policy: 'ignore', threshold: 50 }).matchPercent).toBe(50);
  });

  test('a column that must have a value must be in the file, unless the database fills it', () => {
    const needy = table(column('a', 'integer'), column('b', 'integer', { nullable: false }));
    expect(refusal(() => plan('a', ['1'], needy, { policy: 'evolve' })).message).toContain(
      'the file has no column b, which the table wants a value for.',
    );
    const filled = table(column('a', 'integer'), column('b', 'integer', { nullable: false, defaultSql: '7' }));
    expect(plan('a', ['1'], filled).columns).toHaveLength(1);
    const computed = table(column('a', 'integer'), column('b', 'integer', { generated: true }));
    const { columns, warnings } = plan('a,b', ['1,2'], computed);
    expect(columns.map(({ target: name }) => name)).toEqual(['a']);
    expect(warnings).toEqual([expect.stringContaining('column b is computed by the database')]);
  });

  test('a percentage or amount is read as the number it is where the table has a number', () => {
    const { fileColumns } = plan('rate', ['12 %', '7 %'], table(column('rate', 'integer')));
    expect(fileColumns[0]).toMatchObject({ logical: { kind: 'int32' }, format: { kind: 'integer', affix: 'percent' } });
  });
});
