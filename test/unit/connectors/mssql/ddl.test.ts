import {
  addColumnSql,
  createTableSql,
  looseColumnSql,
  lostKeys,
  switchedColumnSql,
} from '../../../../connectors/mssql/ddl';
import type { ColumnSchema } from '../../../../core/types/table';
import type { TablePlan } from '../../../../core/types/transfer';
import { liveColumn } from './live-table';

const source = (name: string, facts: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  nativeType: 'int',
  logical: { kind: 'int32' },
  nullable: true,
  ...facts,
});

function planOf(
  columns: ColumnSchema[],
  types: string[],
  facts: Partial<TablePlan['source']> = {},
  kind = 'mssql',
): TablePlan {
  return {
    source: { columns, uniqueKeys: [], indexes: [], foreignKeys: [], ...facts },
    sourceKind: kind,
    targetRef: { schema: 'dbo', name: 'new' },
    columns: columns.map(({ name, nativeType, logical }, at) => ({ source: name, target: name, sourceType: nativeType, targetType: types[at], logical })),
  } as TablePlan; // prettier-ignore
}

describe('tables that are made', () => {
  it('have keys, defaults and numbering of their source', () => {
    const plan = planOf(
      [source('id', { identity: 'always', nullable: false }), source('v', { defaultSql: "(N'x')" }), source('s', { defaultSql: '(NEXT VALUE FOR [dbo].[q])' })],
      ['int', 'nvarchar(20)', 'bigint'],
      {
        primaryKey: { name: 'pk', columns: ['id'] },
        uniqueKeys: [{ name: 'uq', columns: ['v'] }],
        indexes: [{ name: 'pk', columns: ['id'], unique: true }, { name: 'ix', columns: ['s'], unique: false }],
      },
    ); // prettier-ignore
    expect(createTableSql(plan).split(';\n')).toEqual([
      "CREATE TABLE [dbo].[new] (\n  [id] int IDENTITY(1,1) NOT NULL,\n  [v] nvarchar(20) DEFAULT (N'x') NULL,\n  [s] bigint NULL\n)",
      'ALTER TABLE [dbo].[new] ADD CONSTRAINT [pk] PRIMARY KEY ([id])',
      'ALTER TABLE [dbo].[new] ADD CONSTRAINT [uq] UNIQUE NONCLUSTERED ([v])',
      'CREATE INDEX [ix] ON [dbo].[new] ([s])',
    ]);
  });

  it('leave out keys that the server cannot index, and SQL of another database', () => {
    const plan = planOf([source('k', { nullable: false, defaultSql: 'gen_random_uuid()' })], ['nvarchar(max)'], { primaryKey: { name: 'pk', columns: ['k'] } }, 'postgres'); // prettier-ignore
    expect(createTableSql(plan)).toBe('CREATE TABLE [dbo].[new] (\n  [k] nvarchar(max) NOT NULL\n)');
    expect(lostKeys(plan)).toEqual(['pk']);
  });

  it('get new columns that may be empty', () => {
    expect(addColumnSql({ schema: 's', name: 't' }, { name: 'c', nativeType: 'date' })).toBe('ALTER TABLE [s].[t] ADD [c] date NULL'); // prettier-ignore
  });
});

describe('columns of staging tables', () => {
  it('are plain where rows are copied from them, with the collation of the live column', () => {
    const text = { maxLength: 20, collation: 'Latin1_General_CI_AS' };
    expect(looseColumnSql(liveColumn('v', 'varchar', text))).toBe('[v] varchar(20) COLLATE Latin1_General_CI_AS NOT NULL'); // prettier-ignore
    expect(looseColumnSql(liveColumn('x', 'xml', { nullable: true, maxLength: -1 }))).toBe('[x] nvarchar(max) NULL');
    expect(looseColumnSql(liveColumn('m', 'smallmoney'))).toBe('[m] money NOT NULL');
  });

  it('are what a switch compares where rows are switched, but for numbering and defaults of those that are loaded', () => {
    const identity = { seed: '1', increment: '2', last: '9' };
    expect(switchedColumnSql(liveColumn('id', 'int', { identity }), true)).toBe('[id] int NOT NULL');
    expect(switchedColumnSql(liveColumn('id', 'int', { identity }), false)).toBe('[id] int IDENTITY(11,2) NOT NULL');
    expect(switchedColumnSql(liveColumn('d', 'int', { defaultSql: '((7))' }), false)).toBe('[d] int DEFAULT ((7)) NOT NULL'); // prettier-ignore
    expect(switchedColumnSql(liveColumn('c', 'int', { computed: { definition: '([a]*2)', persisted: true } }), false)).toBe('[c] AS ([a]*2) PERSISTED NOT NULL'); // prettier-ignore
    expect(switchedColumnSql(liveColumn('r', 'timestamp'), false)).toBe('[r] rowversion NOT NULL');
    expect(switchedColumnSql(liveColumn('a', 'int', { alias: { schema: 'dbo', name: 'Kind' } }), true)).toBe('[a] [dbo].[Kind] NOT NULL'); // prettier-ignore
  });
});
