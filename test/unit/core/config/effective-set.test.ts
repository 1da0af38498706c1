import { effectiveSet } from '../../../../core/config/effective-set';
import { transferSetSchema } from '../../../../schemas/transfer-set';

const set = transferSetSchema.parse({
  from: 'prod',
  to: 'uat',
  schedule: { cron: '@daily', timezone: 'Europe/Berlin' },
  mode: 'truncate',
  schema: 'evolve',
  verify: 'counts',
  maxRows: 10,
  partSize: '64MB',
  compression: { codec: 'gzip' },
  parallel: { tables: 3, parts: 5 },
  tables: [
    'sales.*',
    '!sales.tmp_*',
    {
      'dbo.orders': {
        where: 'a = 1',
        target: 'public.orders',
        mode: 'replace',
        strategy: 'swap',
        schema: 'ignore',
        verify: 'none',
        partSize: 8192,
        batchRows: 7,
        parallel: 1,
        maxRows: 99,
        exclude: ['raw'],
      },
    },
    { 'dbo.plain': null },
  ],
});

describe('a set with its defaults written into its tables', () => {
  const effective = effectiveSet('daily', set);

  it('says what concerns the whole set', () => {
    expect(effective).toMatchObject({
      name: 'daily',
      from: 'prod',
      to: 'uat',
      publish: 'set',
      parallelTables: 3,
      timezone: 'Europe/Berlin',
    });
    expect(effective.entries.map(({ pattern, path }) => [pattern, path])).toEqual([
      ['sales.*', 'transferSets.daily.tables[0]'],
      ['!sales.tmp_*', 'transferSets.daily.tables[1]'],
      ['dbo.orders', 'transferSets.daily.tables[2]'],
      ['dbo.plain', 'transferSets.daily.tables[3]'],
    ]);
  });

  it.each([0, 3])('gives entry %d without options what the set says', (index) => {
    expect(effective.entries[index]?.options).toEqual({
      where: undefined,
      dates: undefined,
      limit: undefined,
      exclude: [],
      mode: 'truncate',
      schemaPolicy: 'evolve',
      verify: 'counts',
      maxRows: 10,
      codec: 'gzip',
      codecLevel: 1,
      partBytes: 64e6,
      batchRows: 65536,
      parallel: 5,
      minPercentOfLast: 50,
      references: 'warn',
      mask: {},
      personalData: 'warn',
      newColumns: 'refuse',
    });
  });

  it('lets a table decide for itself', () => {
    expect(effective.entries[2]?.options).toMatchObject({
      where: 'a = 1',
      exclude: ['raw'],
      target: {
        schema: 'public',
        name: 'orders',
      },
      forced: 'swap',
      mode: 'replace',
      schemaPolicy: 'ignore',
      verify: 'none',
      maxRows: 99,
      partBytes: 8192,
      batchRows: 7,
      parallel: 1,
    });
  });

  it('keeps a level that was given', () => {
    const leveled = transferSetSchema.parse({
      from: 'a',
      to: 'b',
      tables: ['*'],
      compression: { codec: 'zstd', level: 9 },
    });
    expect(effectiveSet('x', leveled).entries[0]?.options).toMatchObject({ codec: 'zstd', codecLevel: 9 });
    expect(effectiveSet('x', leveled).timezone).toBe('UTC');
  });
});
