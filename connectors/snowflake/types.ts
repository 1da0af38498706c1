/** Types of columns as information_schema describes them. */
import type { WarehouseColumn } from '../warehouse';

/** A column of information_schema.columns, every value as text. */
export interface DescribedColumn {
  name: string;
  dataType: string;
  length: string | null;
  precision: string | null;
  scale: string | null;
  nullable: string | null;
  default: string | null;
  identity: string | null;
}

const TEXTS = new Set(['TEXT', 'VARCHAR', 'STRING', 'CHAR', 'CHARACTER', 'NCHAR', 'NVARCHAR']);
const NUMBERS = new Set(['NUMBER', 'DECIMAL', 'NUMERIC', 'INT', 'INTEGER', 'BIGINT', 'SMALLINT', 'TINYINT', 'BYTEINT']);
const FLOATS = new Set(['FLOAT', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'DOUBLE PRECISION', 'REAL']);

/** A column with the type that values of a file are checked against. What is no scalar is checked as text. */
export function warehouseColumn(column: DescribedColumn): WarehouseColumn {
  const { nativeType, type } = typeOf(column);
  const limit = TEXTS.has(column.dataType.toUpperCase()) ? numberOf(column.length) : undefined;
  return {
    name: column.name,
    nativeType,
    type,
    ...(limit !== undefined && { width: { limit, unit: 'characters' } }),
    nullable: column.nullable?.toUpperCase() !== 'NO',
    hasDefault: column.default !== null || column.identity?.toUpperCase() === 'YES',
  };
}

function typeOf({ dataType, length, precision, scale }: DescribedColumn): Pick<WarehouseColumn, 'nativeType' | 'type'> {
  const name = dataType.toUpperCase();
  if (TEXTS.has(name))
    return { nativeType: length === null ? 'VARCHAR' : `VARCHAR(${length})`, type: { kind: 'text' } };
  if (NUMBERS.has(name)) {
    const digits = numberOf(precision) ?? 38;
    const places = numberOf(scale) ?? 0;
    return {
      nativeType: `NUMBER(${digits},${places})`,
      type: places === 0 ? { kind: 'integer', digits } : { kind: 'decimal', precision: digits, scale: places },
    };
  }
  if (FLOATS.has(name)) return { nativeType: 'FLOAT', type: { kind: 'float' } };
  if (name === 'BOOLEAN') return { nativeType: 'BOOLEAN', type: { kind: 'boolean' } };
  if (name === 'DATE') return { nativeType: 'DATE', type: { kind: 'date' } };
  if (name.startsWith('TIMESTAMP') || name === 'DATETIME')
    return { nativeType: name, type: { kind: 'timestamp', zoned: /_L?TZ\b|WITH TIME ZONE/.test(name) } };
  return { nativeType: name, type: { kind: 'text' } };
}

function numberOf(text: string | null): number | undefined {
  const number = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
