/** DDL text: tables that Longshore creates, and definitions carried from one table to another. */
import { createHash } from 'node:crypto';
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';
import { tableId, type ColumnSchema, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import { ident, identList, literal, qualified } from './sql';

const NAME = '(?:"(?:[^"]|"")+"|[^\\s".(]+)';
const INDEX = new RegExp(`^CREATE (?:UNIQUE )?INDEX (?:${NAME} )?ON (?:ONLY )?(?:${NAME}\\.)?${NAME} (USING .*)$`, 's');
const FOREIGN_KEY = new RegExp(
  `^(FOREIGN KEY \\((?:"(?:[^"]|"")*"|[^"()])*\\) REFERENCES )(?:ONLY )?(?:${NAME}\\.)?${NAME}(\\(.*)$`,
  's',
);

/** The part of a CREATE INDEX text that does not name index or table: `USING btree (a, b) WHERE …`. Undefined when not understood. */
export const indexBody = (definition: string): string | undefined => INDEX.exec(definition)?.[1];

/** A foreign key's definition with another table in place of the one it refers to. */
export function retargetForeignKey(definition: string, to: TableRef): string {
  const match = FOREIGN_KEY.exec(definition);
  if (!match) throw new LongshoreError('INTERNAL', `The definition of a foreign key is not understood: ${definition}`);
  return `${match[1]}${qualified(to)}${match[2]}`;
}

export const addColumnSql = (table: TableRef, column: { name: string; nativeType: string }): string =>
  `ALTER TABLE ${qualified(table)} ADD COLUMN ${newIdent(column.name, { table: tableId(table), column: column.name })} ${column.nativeType}`;

/** What PostgreSQL keeps of a name; it cuts the rest off without an error. */
const NAME_BYTES = 63;
const HASH_DIGITS = 8;

/** The name of something that is made. Throws SCHEMA_MISMATCH where it would not be kept whole. */
function newIdent(name: string, place: ErrorPlace): string {
  const bytes = Buffer.byteLength(name);
  if (bytes <= NAME_BYTES) return ident(name);
  const what = place.column === undefined ? `The name ${name}` : `The name of column ${name} of ${place.table}`;
  const next =
    place.column === undefined
      ? 'Give the table another name with `target`.'
      : 'Exclude the column, or add one of another name to the target.';
  throw new LongshoreError(
    'SCHEMA_MISMATCH',
    `${what} has ${bytes} bytes, and PostgreSQL keeps ${NAME_BYTES}.`,
    place,
    { next },
  );
}

/** A name that PostgreSQL keeps, for keys and indexes whose name nobody relies on: one that is too long ends in its hash. */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= NAME_BYTES) return name;
  let start = '';
  for (const character of name) {
    if (Buffer.byteLength(start + character) >= NAME_BYTES - HASH_DIGITS) break;
    start += character;
  }
  return `${start}_${createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS)}`;
}

/** Columns of a table that Longshore creates, without keys: NOT NULL and, between Postgres databases, plain defaults. */
export function columnsSql(plan: TablePlan): string {
  const lines = plan.columns.map((column) => {
    const source = sourceColumn(plan, column.source);
    const place = { table: targetId(plan), column: column.target };
    const parts = [newIdent(column.target, place), column.targetType];
    const value = source === undefined ? undefined : carriedDefault(plan, source);
    if (value !== undefined) parts.push(`DEFAULT ${value}`);
    if (source && (!source.nullable || keyColumns(plan).includes(column.target))) parts.push('NOT NULL');
    return `  ${parts.join(' ')}`;
  });
  return `(\n${lines.join(',\n')}\n)`;
}

/** What the preview shows for a table that the target lacks: columns, identity and primary key. */
export function createTableSql(plan: TablePlan): string {
  for (const name of Object.values(plan.targetRef)) newIdent(name, { table: targetId(plan) });
  const lines = [columnsSql(plan).slice(2, -2)];
  if (plan.source.primaryKey && keyColumns(plan).length > 0)
    lines.push(
      `  CONSTRAINT ${ident(shortName(plan.source.primaryKey.name))} PRIMARY KEY (${identList(keyColumns(plan))})`,
    );
  const identities = identityColumns(plan).map(
    ({ target, kind }) =>
      `ALTER TABLE ${qualified(plan.targetRef)} ALTER COLUMN ${ident(target)} ADD GENERATED ${kind} AS IDENTITY`,
  );
  const indexes = plan.source.indexes.flatMap((index) => {
    const body = isFromPostgres(plan) && index.definition !== undefined ? indexBody(index.definition) : undefined;
    const isKey = [plan.source.primaryKey, ...plan.source.uniqueKeys].some((key) => key?.name === index.name);
    return body === undefined || isKey || renames(plan) || needsMissing(plan, body)
      ? []
      : [`CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${ident(index.name)} ON ${qualified(plan.targetRef)} ${body}`];
  });
  for (const key of plan.source.uniqueKeys) {
    if (keepsColumns(plan, key.columns))
      lines.push(`  CONSTRAINT ${ident(shortName(key.name))} UNIQUE (${identList(targetNames(plan, key.columns))})`);
  }
  return [`CREATE TABLE ${qualified(plan.targetRef)} (\n${lines.join(',\n')}\n)`, ...identities, ...indexes].join(
    ';\n',
  );
}

/** The primary key in the target's names; empty when there is none or a column of it is left out. */
export function keyColumns(plan: TablePlan): string[] {
  const key = plan.source.primaryKey?.columns ?? [];
  return keepsColumns(plan, key) ? targetNames(plan, key) : [];
}

export const keepsColumns = (plan: TablePlan, sources: readonly string[]): boolean =>
  sources.length > 0 && sources.every((name) => plan.columns.some((column) => column.source === name));

/** An index's text may name a column, in an expression or condition, that is not transferred. */
export const needsMissing = (plan: TablePlan, body: string): boolean =>
  plan.source.columns.some(({ name }) => body.includes(name) && !plan.columns.some((column) => column.source === name));

/** Source column names as the target calls them. All must be in the plan. */
export const targetNames = (plan: TablePlan, sources: readonly string[]): string[] =>
  sources.map((name) => plan.columns.find((column) => column.source === name)?.target ?? name);

/** Columns are renamed on the way, so that SQL text of the source does not fit the target. */
export const renames = (plan: TablePlan): boolean => plan.columns.some((column) => column.source !== column.target);

export function identityColumns(plan: TablePlan): { target: string; kind: 'ALWAYS' | 'BY DEFAULT' }[] {
  return plan.columns.flatMap((column) => {
    const identity = sourceColumn(plan, column.source)?.identity;
    const isInteger = /^(smallint|integer|bigint)$/.test(column.targetType);
    return identity !== undefined && isInteger
      ? [{ target: column.target, kind: identity === 'always' ? ('ALWAYS' as const) : ('BY DEFAULT' as const) }]
      : [];
  });
}

/** SQL text of the source (defaults, index definitions) means the same in the target. */
export const isFromPostgres = (plan: TablePlan): boolean => plan.sourceKind === 'postgres';

const sourceColumn = (plan: TablePlan, name: string): ColumnSchema | undefined =>
  plan.source.columns.find((column) => column.name === name);

/** A sequence of the source does not exist in the target, so a default that draws from one stays behind. */
function carriedDefault(plan: TablePlan, column: ColumnSchema): string | undefined {
  const isPlain = column.defaultSql !== undefined && !/\b(nextval|currval|setval)\s*\(/i.test(column.defaultSql);
  return isFromPostgres(plan) && !column.generated && column.identity === undefined && isPlain
    ? column.defaultSql
    : undefined;
}

/** `fillfactor=70` and the like as the list of ALTER … SET. */
export const optionList = (options: readonly string[], prefix = ''): string =>
  options
    .map((option) => {
      const at = option.indexOf('=');
      return `${prefix}${ident(option.slice(0, at))} = ${literal(option.slice(at + 1))}`;
    })
    .join(', ');

/** For messages: the table that a plan writes. */
export const targetId = (plan: Pick<TablePlan, 'targetRef'>): string => tableId(plan.targetRef);
