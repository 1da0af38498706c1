/** A table as the catalog of a server would describe it. */
import type { LiveColumn, LiveForeignKey, LiveTable } from '../../../../connectors/mssql/live';

export const liveColumn = (name: string, type = 'int', facts: Partial<LiveColumn> = {}): LiveColumn => ({
  name,
  type,
  alias: null,
  maxLength: 4,
  precision: 10,
  scale: 0,
  nullable: false,
  collation: null,
  identity: null,
  computed: null,
  defaultSql: null,
  automatic: false,
  sparse: false,
  ...facts,
});

export const liveTable = (name: string, facts: Partial<LiveTable> = {}): LiveTable => ({
  schema: 'dbo',
  name,
  id: 1,
  columns: [liveColumn('id')],
  indexes: [],
  checks: [],
  foreignKeys: [],
  referencedBy: [],
  triggers: [],
  policies: [],
  rows: 1_000_000,
  bytes: 1 << 30,
  space: null,
  peculiarities: [],
  ...facts,
});

export const liveKey = (
  name: string,
  from: string,
  to: string,
  facts: Partial<LiveForeignKey> = {},
): LiveForeignKey => ({
  name,
  from: { schema: 'dbo', name: from },
  columns: ['parent'],
  to: { schema: 'dbo', name: to },
  toColumns: ['id'],
  onDelete: 'NO ACTION',
  onUpdate: 'NO ACTION',
  disabled: false,
  trusted: true,
  notForReplication: false,
  properties: [],
  ...facts,
});
