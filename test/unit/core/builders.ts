/** Small builders of schemas for tests of planning. */
import type { ColumnSchema, ForeignKey, LogicalType, TableRef, TableSchema } from '../../../core/types/table';
import { listWords } from '../../../core/plan/suggest';
import type { TargetTypes } from '../../../core/plan/columns';
import { LongshoreError } from '../../../core/errors/longshore-error';

/** `sales.orders` → a ref; without a schema, `public`. */
export function ref(id: string): TableRef {
  const [first, second] = id.split('.') as [string, string | undefined];
  return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second };
}

const LOGICAL: Record<string, LogicalType> = {
  integer: { kind: 'int32' },
  bigint: { kind: 'int64' },
  text: { kind: 'text', of: 'text' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp' },
  timestamptz: { kind: 'timestamptz' },
};

/** `id integer!` → a NOT NULL column; without `!` it is nullable. */
export function column(text: string, more: Partial<ColumnSchema> = {}): ColumnSchema {
  const [name, type] = text.replace('!', '').split(' ') as [string, string];
  return {
    name,
    nativeType: type,
    logical: LOGICAL[type] ?? { kind: 'text', of: 'other' },
    nullable: !text.endsWith('!'),
    ...more,
  };
}

export function table(
  id: string,
  columns: (string | ColumnSchema)[] = ['id integer!'],
  more: Partial<TableSchema> = {},
): TableSchema {
  const built = columns.map((text) => (typeof text === 'string' ? column(text) : text));
  const primaryKey =
    built[0] !== undefined && !built[0].nullable
      ? { name: `${ref(id).name}_pkey`, columns: [built[0].name] }
      : undefined;
  return {
    ref: ref(id),
    kind: 'table',
    columns: built,
    ...(primaryKey !== undefined && { primaryKey }),
    uniqueKeys: [],
    indexes: [],
    foreignKeys: [],
    estimatedRows: 100,
    estimatedBytes: 10_000,
    ...more,
  };
}

/** `orders.customer_id -> customers` → a foreign key to `id`. */
export function key(text: string, more: Partial<ForeignKey> = {}): ForeignKey {
  const [child, parent] = text.split(' -> ') as [string, string];
  const dot = child.lastIndexOf('.');
  const from = ref(child.slice(0, dot));
  const name = child.slice(dot + 1);
  return {
    name: `${from.name}_${name}_fkey`,
    from,
    columns: [name],
    to: ref(parent),
    toColumns: ['id'],
    deferrable: false,
    validated: true,
    ...more,
  };
}

/** A target whose types take what has the same name, and bigint for integer; `void` cannot be created. */
export const types: TargetTypes & {
  addColumnSql(table: TableRef, column: { name: string; nativeType: string }): string;
} = {
  fits: ({ logical }, nativeType) => {
    const ways: Record<string, string[]> = {
      int32: ['integer', 'bigint'],
      int64: ['bigint'],
      text: ['text', 'varchar'],
      date: ['date'],
      timestamp: ['timestamp'],
      timestamptz: ['timestamptz'],
    };
    const allowed = ways[logical.kind] ?? [];
    if (nativeType === 'checked') return { fit: 'checked', why: 'it holds most values' };
    return allowed.includes(nativeType)
      ? { fit: 'exact' }
      : { fit: 'refused', why: `${nativeType} is none of ${listWords(allowed, 'or')}` };
  },
  nativeType: (planned) => {
    if (planned.sourceType === 'void')
      throw new LongshoreError('TYPE_NOT_SUPPORTED', `Column ${planned.source} is void.`, { column: planned.source });
    return planned.sourceType;
  },
  addColumnSql: (target, added) => `ALTER TABLE ${target.schema}.${target.name} ADD ${added.name} ${added.nativeType}`,
};
