/** DDL text: tables that Longshore creates, and the columns of staging tables. */
import { tableId, type ColumnSchema, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import { typeText } from './bulk-columns';
import type { LiveColumn, LiveIndex } from './live';
import { parseNativeType } from './native-types';
import { ident, identList, qualified } from './sql';

export const addColumnSql = (table: TableRef, column: { name: string; nativeType: string }): string =>
  `ALTER TABLE ${qualified(table)} ADD ${ident(column.name)} ${column.nativeType} NULL`;

/** For messages: the table that a plan writes. */
export const targetId = (plan: Pick<TablePlan, 'targetRef'>): string => tableId(plan.targetRef);

/** The primary key in the target's names; empty when there is none or a column of it is left out. */
export function keyColumns(plan: TablePlan): string[] {
  const key = plan.source.primaryKey?.columns ?? [];
  return keepsColumns(plan, key) ? targetNames(plan, key) : [];
}

export const keepsColumns = (plan: TablePlan, sources: readonly string[]): boolean =>
  sources.length > 0 && sources.every((name) => plan.columns.some((column) => column.source === name));

/** Source column names as the target calls them. All must be in the plan. */
export const targetNames = (plan: TablePlan, sources: readonly string[]): string[] =>
  sources.map((name) => plan.columns.find((column) => column.source === name)?.target ?? name);

const sourceColumn = (plan: TablePlan, name: string): ColumnSchema | undefined =>
  plan.source.columns.find((column) => column.name === name);

/** SQL text of the source (defaults) means the same in the target. */
const isFromMssql = (plan: TablePlan): boolean => plan.sourceKind === 'mssql';

/** CREATE TABLE with keys, and the indexes that are left to make once the rows are in; `named` gives keys their names. */
export function createStatements(
  plan: TablePlan,
  named: (name: string) => string = (name) => name,
): { table: string; later: string[] } {
  const keys = newKeys(plan);
  const lines = plan.columns.map((column) => {
    const source = sourceColumn(plan, column.source);
    const required =
      source?.nullable === false || keys.some((key) => key.primary && key.columns.includes(column.target));
    const parts = [ident(column.target), column.targetType];
    if (isNumbered(plan, column.source, column.targetType)) parts.push('IDENTITY(1,1)');
    else if (source && carriesDefault(plan, source)) parts.push(`DEFAULT ${source.defaultSql}`);
    parts.push(required ? 'NOT NULL' : 'NULL');
    return `  ${parts.join(' ')}`;
  });
  const table = qualified(plan.targetRef);
  const constraints = keys
    .filter(({ name }) => name !== undefined)
    .map(
      ({ name = '', primary, columns }) =>
        `ALTER TABLE ${table} ADD CONSTRAINT ${ident(named(name))} ${primary ? 'PRIMARY KEY' : 'UNIQUE'}${isNarrow(plan, columns) && primary ? '' : ' NONCLUSTERED'} (${identList(columns)})`,
    );
  const known = new Set([plan.source.primaryKey, ...plan.source.uniqueKeys].map((key) => key?.name));
  const indexes = plan.source.indexes
    .filter(
      ({ name, columns }) =>
        !known.has(name) && keepsColumns(plan, columns) && isIndexable(plan, targetNames(plan, columns)),
    )
    .filter(({ unique, definition = '' }) => !unique || !/\bWHERE\b|\(\s*lower\b/i.test(definition))
    .map(
      ({ name, unique, columns }) =>
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${ident(name)} ON ${table} (${identList(targetNames(plan, columns))})`,
    );
  return { table: `CREATE TABLE ${table} (\n${lines.join(',\n')}\n)`, later: [...constraints, ...indexes] };
}

/** What the preview shows for a table that the target lacks. */
export function createTableSql(plan: TablePlan): string {
  const { table, later } = createStatements(plan);
  return [table, ...later].join(';\n');
}

export interface NewKey {
  name?: string;
  primary: boolean;
  columns: string[];
}

/** Keys of a table that is created, in names of the target. The server cannot index `max` types; such keys are left out. */
export function newKeys(plan: TablePlan): NewKey[] {
  const { primaryKey, uniqueKeys } = plan.source;
  const keys = [
    ...(primaryKey ? [{ ...primaryKey, primary: true }] : []),
    ...uniqueKeys.map((key) => ({ ...key, primary: false })),
  ];
  return keys
    .filter(({ columns }) => keepsColumns(plan, columns))
    .map(({ name, primary, columns }) => ({ name, primary, columns: targetNames(plan, columns) }))
    .filter(({ columns }) => isIndexable(plan, columns));
}

/** Keys of the source that a created table goes without, as the result's warnings name them. */
export function lostKeys(plan: TablePlan): string[] {
  const { primaryKey, uniqueKeys } = plan.source;
  const kept = new Set(newKeys(plan).map(({ name }) => name));
  return [...(primaryKey ? [primaryKey] : []), ...uniqueKeys].map(({ name }) => name).filter((name) => !kept.has(name));
}

/** The server's limits for the bytes of a key: of a clustered index, and of another. */
const CLUSTERED_BYTES = 900;
const INDEX_BYTES = 1700;

const isNarrow = (plan: TablePlan, columns: readonly string[]): boolean => keyBytes(plan, columns) <= CLUSTERED_BYTES;
const isIndexable = (plan: TablePlan, columns: readonly string[]): boolean => keyBytes(plan, columns) <= INDEX_BYTES;

function keyBytes(plan: TablePlan, columns: readonly string[]): number {
  return columns.reduce((sum, name) => {
    const type = parseNativeType(plan.columns.find(({ target }) => target === name)?.targetType ?? '');
    if (['xml', 'text', 'ntext', 'image', 'json', 'geometry', 'geography', 'sql_variant'].includes(type.name))
      return Infinity;
    if (type.length === 'max') return Infinity;
    return sum + (type.length === undefined ? 17 : type.length * (type.name.startsWith('n') ? 2 : 1));
  }, 0);
}

const isNumbered = (plan: TablePlan, source: string, type: string): boolean =>
  sourceColumn(plan, source)?.identity !== undefined && /^(tinyint|smallint|int|bigint|decimal\(\d+,0\))$/.test(type);

/** The first column of a created table that the server numbers, if any. A table can have one. */
export const identityColumn = (plan: TablePlan): string | undefined =>
  plan.columns.find(({ source, targetType }) => isNumbered(plan, source, targetType))?.target;

/** A sequence of the source does not exist in the target, so a default that draws from one stays behind. */
const carriesDefault = (plan: TablePlan, column: ColumnSchema): boolean =>
  isFromMssql(plan) &&
  !column.generated &&
  column.defaultSql !== undefined &&
  !/\bNEXT\s+VALUE\s+FOR\b/i.test(column.defaultSql);

/** Types that staging holds as others: they cannot be bulk loaded as themselves, or not on every server. */
const LOOSE: Record<string, string> = {
  smallmoney: 'money',
  xml: 'nvarchar(max)',
  json: 'nvarchar(max)',
  ntext: 'nvarchar(max)',
  text: 'varchar(max)',
  image: 'varbinary(max)',
  geometry: 'varbinary(max)',
  geography: 'varbinary(max)',
  hierarchyid: 'nvarchar(4000)',
};

/** Whether staging can hold the type as it is, so that it can be switched into place. */
export const isLoadedAsItself = ({ type }: Pick<LiveColumn, 'type'>): boolean =>
  !(type in LOOSE) && type !== 'sql_variant' && type !== 'vector';

/** A column of a staging table from which rows are copied. */
export function looseColumnSql(column: LiveColumn): string {
  const type = LOOSE[column.type] ?? typeText(column);
  return stagedColumn(column.name, type, column.collation, column.nullable);
}

/** The same for a column of a table that is yet to be made. */
export function looseNewColumnSql(plan: TablePlan, target: string): string {
  const column = plan.columns.find((each) => each.target === target);
  const native = parseNativeType(column?.targetType ?? '');
  const source = column && sourceColumn(plan, column.source);
  const required =
    source?.nullable === false || newKeys(plan).some((key) => key.primary && key.columns.includes(target));
  return stagedColumn(target, LOOSE[native.name] ?? column?.targetType ?? '', null, !required);
}

const isCollatable = (type: string): boolean => /^n?(var)?char/.test(type);

const stagedColumn = (name: string, type: string, collation: string | null, nullable: boolean): string =>
  `${ident(name)} ${type}${collation !== null && isCollatable(type) ? ` COLLATE ${collation}` : ''} ${nullable ? 'NULL' : 'NOT NULL'}`;

/** A column of a staging table that is to be switched into place: the same in everything that a switch compares. */
export function switchedColumnSql(column: LiveColumn, isLoaded: boolean): string {
  const name = ident(column.name);
  if (column.computed) {
    const { definition, persisted } = column.computed;
    return `${name} AS ${definition}${persisted ? ` PERSISTED${column.nullable ? '' : ' NOT NULL'}` : ''}`;
  }
  const type = column.alias ? qualified(column.alias) : column.type === 'timestamp' ? 'rowversion' : typeText(column);
  const parts = [name, type];
  if (column.collation !== null && !column.alias) parts.push(`COLLATE ${column.collation}`);
  if (column.sparse) parts.push('SPARSE');
  if (!isLoaded && column.identity) parts.push(`IDENTITY(${nextNumber(column.identity)},${column.identity.increment})`);
  else if (!isLoaded && column.defaultSql !== null) parts.push(`DEFAULT ${column.defaultSql}`);
  parts.push(column.nullable ? 'NULL' : 'NOT NULL');
  return parts.join(' ');
}

const nextNumber = ({ seed, increment, last }: NonNullable<LiveColumn['identity']>): string =>
  last === null ? seed : String(BigInt(last) + BigInt(increment));

/** An index like one of the live table, on a table that takes its place. */
export function indexSql(index: LiveIndex, name: string, table: TableRef): string {
  const { unique, clustered, keys, included, filter, compression, space } = index;
  const list = keys.map((key) => `${ident(key.name)}${key.descending ? ' DESC' : ''}`).join(', ');
  const options = compression === 'NONE' ? '' : ` WITH (DATA_COMPRESSION = ${compression})`;
  const on = space === null ? '' : ` ON ${ident(space)}`;
  if (index.primaryKey || index.uniqueConstraint)
    return `ALTER TABLE ${qualified(table)} ADD CONSTRAINT ${ident(name)} ${index.primaryKey ? 'PRIMARY KEY' : 'UNIQUE'} ${clustered ? 'CLUSTERED' : 'NONCLUSTERED'} (${list})${options}${on}`;
  const include = included.length > 0 ? ` INCLUDE (${identList(included)})` : '';
  const where = filter === null ? '' : ` WHERE ${filter}`;
  return `CREATE ${unique ? 'UNIQUE ' : ''}${clustered ? 'CLUSTERED' : 'NONCLUSTERED'} INDEX ${ident(name)} ON ${qualified(table)} (${list})${include}${where}${options}${on}`;
}
