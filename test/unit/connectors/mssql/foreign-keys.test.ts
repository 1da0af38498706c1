import { addKeySql, keysInTheWay, lateKeys } from '../../../../connectors/mssql/foreign-keys';
import type { StagedTable } from '../../../../connectors/mssql/publish-set';
import type { TablePlan } from '../../../../core/types/transfer';
import type { PublishStrategy } from '../../../../schemas/constants';
import { liveKey, liveTable } from './live-table';

const staged = (live: ReturnType<typeof liveTable>, strategy: PublishStrategy): StagedTable => ({
  plan: {} as TablePlan,
  ref: { schema: 'dbo', name: live.name },
  id: `dbo.${live.name}`,
  staging: { schema: 's', name: live.name },
  rows: 1,
  strategy,
  facts: { shape: 'loose', definition: '' },
  live,
});

describe('foreign keys around a publish', () => {
  it('are put back as they were, unchecked for the moment where the server can leave it for later', () => {
    const key = liveKey('fk', 'child', 'parent', {
      onDelete: 'CASCADE',
      onUpdate: 'SET NULL',
      notForReplication: true,
      properties: [{ name: 'note', value: "it's" }],
    });
    expect(addKeySql(key, true)).toEqual([
      'ALTER TABLE [dbo].[child] WITH NOCHECK ADD CONSTRAINT [fk] FOREIGN KEY ([parent]) REFERENCES [dbo].[parent] ([id]) ON DELETE CASCADE ON UPDATE SET NULL NOT FOR REPLICATION',
      "EXEC sp_addextendedproperty @name = N'note', @value = N'it''s', @level0type = 'SCHEMA', @level0name = N'dbo', @level1type = 'TABLE', @level1name = N'child', @level2type = 'CONSTRAINT', @level2name = N'fk'",
    ]);
    expect(addKeySql(liveKey('fk', 'child', 'parent'), false)).toEqual([
      'ALTER TABLE [dbo].[child] ADD CONSTRAINT [fk] FOREIGN KEY ([parent]) REFERENCES [dbo].[parent] ([id])',
    ]);
    expect(addKeySql(liveKey('fk', 'child', 'parent', { disabled: true }), true)[1]).toBe(
      'ALTER TABLE [dbo].[child] NOCHECK CONSTRAINT [fk]',
    );
  });

  it('are made trusted again only if they were', () => {
    const keys = [
      liveKey('trusted', 'c', 'p'),
      liveKey('untrusted', 'c', 'p', { trusted: false }),
      liveKey('disabled', 'c', 'p', { disabled: true, trusted: false }),
    ];
    expect(lateKeys(keys, true)).toEqual([{ table: { schema: 'dbo', name: 'c' }, name: 'trusted' }]);
    expect(lateKeys(keys, false)).toEqual([]);
  });

  it('stay where order alone does, and go where it does not', () => {
    const inside = liveKey('inside', 'child', 'parent');
    const outside = liveKey('outside', 'other', 'parent');
    const self = liveKey('self', 'parent', 'parent');
    const parent = liveTable('parent', { referencedBy: [inside, outside, self], foreignKeys: [self] });
    const child = liveTable('child', { foreignKeys: [inside] });
    const names = (...tables: StagedTable[]) => keysInTheWay(tables).map(({ name }) => name).toSorted(); // prettier-ignore
    expect(names(staged(child, 'delete-insert'), staged(parent, 'delete-insert'))).toEqual(['outside']);
    expect(names(staged(child, 'append'), staged(parent, 'delete-insert'))).toEqual(['inside', 'outside']);
    expect(names(staged(parent, 'truncate-insert'))).toEqual(['inside', 'outside', 'self']);
    expect(names(staged(parent, 'swap'))).toEqual(['inside', 'outside', 'self']);
    expect(names(staged(child, 'swap'))).toEqual(['inside']);
    expect(names(staged(parent, 'append'))).toEqual([]);
  });

  it('go where they close a circle', () => {
    const ab = liveKey('ab', 'a', 'b');
    const ba = liveKey('ba', 'b', 'a');
    const a = liveTable('a', { foreignKeys: [ab], referencedBy: [ba] });
    const b = liveTable('b', { foreignKeys: [ba], referencedBy: [ab] });
    expect(keysInTheWay([staged(a, 'delete-insert'), staged(b, 'delete-insert')])).toEqual([ab]);
  });
});
