/** How PostgreSQL's types travel: what each is as a logical type, and how a column of it is selected. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import type { ColumnPlan } from '../../core/types/transfer';
import { parseNativeType, type NativeTypeName } from './native-types';
import { ident } from './sql';

/** A column's type as pg_type has it; of a domain, the type below it. */
export interface CatalogType {
  /** pg_type.typname. */
  name: string;
  /** Schema of the type. */
  schema: string;
  /** pg_type.typtype: b, e, c, r, m, d. */
  kind: string;
  /** atttypmod, or the domain's; -1 for none. */
  modifier: number;
}

const TEXT: LogicalType = { kind: 'text', of: 'text' };
const JSON_TEXT: LogicalType = { kind: 'text', of: 'json' };
const OTHER: LogicalType = { kind: 'text', of: 'other' };

const LOGICAL: Record<string, LogicalType> = {
  bool: { kind: 'boolean' },
  int2: { kind: 'int16' },
  int4: { kind: 'int32' },
  int8: { kind: 'int64' },
  oid: { kind: 'int64' },
  float4: { kind: 'float32' },
  float8: { kind: 'float64' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  timestamp: { kind: 'timestamp' },
  timestamptz: { kind: 'timestamptz' },
  uuid: { kind: 'uuid' },
  bytea: { kind: 'bytes' },
  text: TEXT,
  varchar: TEXT,
  bpchar: TEXT,
  name: TEXT,
  json: JSON_TEXT,
  jsonb: JSON_TEXT,
};

/** What values of a type are on the way. What has no room of its own travels in PostgreSQL's textual notation. */
export function logicalType(type: CatalogType): LogicalType {
  if (type.kind === 'e' || (type.name === 'citext' && type.kind === 'b')) return TEXT;
  if (type.schema !== 'pg_catalog') return OTHER;
  if (type.name === 'numeric') return decimalType(type.modifier);
  return LOGICAL[type.name] ?? OTHER;
}

/** Longest value in characters, for the types that have such a limit. */
export function maxLength(type: CatalogType): number | undefined {
  const isLimited =
    type.schema === 'pg_catalog' && (type.name === 'varchar' || type.name === 'bpchar') && type.modifier > 4;
  return isLimited ? type.modifier - 4 : undefined;
}

function decimalType(modifier: number): LogicalType {
  if (modifier < 4) return OTHER;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  // Eleven bits with a sign: since PostgreSQL 15 a scale may be negative.
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  return precision <= 38 && scale >= 0 && scale <= precision ? { kind: 'decimal', precision, scale } : OTHER;
}

/** The column of a SELECT list, and the type in which binary COPY then sends it. */
export interface SelectExpression {
  sql: string;
  wireType: string;
}

/** A column's values in the source: the column itself or, where SQL masks it, the expression in its place. */
export const sourceExpression = ({ source, sourceType, mask }: Pick<ColumnPlan, 'source' | 'sourceType' | 'mask'>) =>
  mask?.rule === 'sql' ? `CAST((${mask.sql}) AS ${sourceType})` : ident(source);

export const hasSqlMask = (columns: readonly Pick<ColumnPlan, 'mask'>[]): boolean =>
  columns.some(({ mask }) => mask?.rule === 'sql');

/** Selects a column so that its wire format follows from the logical type alone, also for domains. */
export function selectExpression(
  column: Pick<ColumnPlan, 'source' | 'sourceType' | 'logical' | 'mask'>,
): SelectExpression {
  const name = sourceExpression(column);
  const { logical } = column;
  const native = parseNativeType(column.sourceType);
  if (logical.kind === 'int64')
    return native.name === 'int8'
      ? { sql: name, wireType: 'bigint' }
      : { sql: `${name}::pg_catalog.int8`, wireType: 'bigint' };
  if (logical.kind !== 'text') return { sql: name, wireType: typeFor(logical) };
  if (logical.of === 'text') return { sql: name, wireType: 'text' };
  if (logical.of === 'json' && (native.name === 'json' || native.name === 'jsonb') && !native.isArray)
    return { sql: name, wireType: native.name };
  return { sql: textForm(name, native), wireType: 'text' };
}

/** A value in its own notation. A cast of inet to text would add a netmask that its output does not have. */
export function textForm(expression: string, native: NativeTypeName): string {
  if ((native.name === 'inet' || native.name === 'cidr') && !native.isArray)
    return `pg_catalog.${native.name}_out(${expression})::pg_catalog.text`;
  return `${expression}::pg_catalog.text`;
}

/** PostgreSQL's type for a logical one. Throws TYPE_NOT_SUPPORTED for a decimal outside its bounds. */
export function typeFor(logical: LogicalType, column = ''): string {
  switch (logical.kind) {
    case 'boolean':
      return 'boolean';
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float32':
      return 'real';
    case 'float64':
      return 'double precision';
    case 'date':
      return 'date';
    case 'time':
      return 'time without time zone';
    case 'timestamp':
      return 'timestamp without time zone';
    case 'timestamptz':
      return 'timestamp with time zone';
    case 'uuid':
      return 'uuid';
    case 'bytes':
      return 'bytea';
    case 'decimal':
      if (logical.precision < 1 || logical.precision > 1000 || logical.scale < 0 || logical.scale > logical.precision) {
        throw new LongshoreError(
          'TYPE_NOT_SUPPORTED',
          `PostgreSQL has no numeric(${logical.precision},${logical.scale}).`,
          { column },
        );
      }
      return `numeric(${logical.precision},${logical.scale})`;
    case 'text':
      return logical.of === 'json' ? 'json' : 'text';
  }
}
